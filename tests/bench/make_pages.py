#!/usr/bin/env python3
"""Compose small, plain pages for training: offices and agencies publish on them, and the sets hold few.

usage: make_pages.py OUT_FOLDER COUNT TRUTH.jsonl...

Bodies come from the truth files; menus, labels, share bars, teasers and footers are composed here. Writes
OUT_FOLDER/pages/ID.html.gz and OUT_FOLDER/truth.jsonl. Equal arguments give equal pages.
"""
import gzip
import html
import json
import os
import random
import sys

WORDS = {
    'en': (['Home', 'News', 'About us', 'Press', 'Policy', 'Contact', 'Services', 'Publications', 'Sitemap'],
           ['Share', 'Print', 'Mail', 'Tweet'], ['Related news', 'Other news', 'See also', 'More on this topic'],
           ['Back to News', 'Back to list', 'Page Top', 'top'], ['Making news', 'Press release', 'Statement', 'Events'],
           ['Legal Matters', 'Privacy Policy', 'Accessibility', 'Imprint'], 'All rights reserved', 'To the text'),
    'de': (['Startseite', 'Aktuelles', 'Presse', 'Themen', 'Service', 'Kontakt', 'Das Amt'],
           ['Teilen', 'Drucken', 'Per E-Mail senden'], ['Weitere Meldungen', 'Mehr zum Thema'],
           ['Zurück zur Übersicht', 'Nach oben'], ['Pressemitteilung', 'Aktuelles'],
           ['Impressum', 'Datenschutz', 'Barrierefreiheit'], 'Alle Rechte vorbehalten', 'Zum Inhalt'),
    'fr': (['Accueil', 'Actualités', 'Presse', 'Le ministère', 'Contact'], ['Partager', 'Imprimer'],
           ['À lire aussi', 'Sur le même sujet'], ['Retour à la liste', 'Haut de page'], ['Communiqué'],
           ['Mentions légales', 'Plan du site'], 'Tous droits réservés', 'Aller au contenu'),
    'es': (['Inicio', 'Noticias', 'Prensa', 'Contacto', 'Servicios'], ['Compartir', 'Imprimir'],
           ['Noticias relacionadas', 'Te puede interesar'], ['Volver', 'Subir'], ['Comunicado'],
           ['Aviso legal', 'Privacidad'], 'Todos los derechos reservados', 'Ir al contenido'),
    'ja': (['ホーム', 'ニュース', '報道発表', '政策', 'お問い合わせ'], ['シェア', '印刷'], ['関連記事', 'その他のニュース'],
           ['一覧へ戻る', 'ページトップへ'], ['報道発表'], ['サイトマップ', 'プライバシーポリシー'], '無断転載を禁じます', '本文へ'),
    'zh': (['首页', '新闻', '政策', '服务', '联系我们'], ['分享', '打印'], ['相关新闻', '更多新闻'],
           ['返回首页', '返回顶部'], ['要闻'], ['网站地图', '法律声明'], '版权所有', '跳到正文'),
}


def tag(r, name, cls, inner):
    how = r.random()
    attr = '' if not cls or how < 0.15 else ' id="%s"' % cls if how < 0.3 else ' class="%s"' % cls
    return '<%s%s>%s</%s>\n' % (name, attr, inner, name)


def link(text):
    return '<a href="/p/%d">%s</a>' % (abs(hash_text(text)) % 9999, html.escape(text))


def hash_text(s):
    n = 7
    for c in s:
        n = (n * 31 + ord(c)) % 1000003
    return n


def link_list(r, texts):
    if r.random() < 0.6:
        return '<ul>' + ''.join('<li>%s</li>' % link(t) for t in texts) + '</ul>'
    return r.choice([' | ', ' ', ' &gt; ', '<br>']).join(link(t) for t in texts)


def body_html(r, paras):
    style, out, i = r.random(), [], 0
    if style < 0.08:
        return '<br><br>\n'.join(html.escape(p) for p in paras)
    while i < len(paras):
        if r.random() < 0.12 and i + 3 < len(paras):
            n = r.randint(2, 4)
            kind = r.choice(['ol', 'ul'])
            out.append('<%s>%s</%s>' % (kind, ''.join('<li>%s</li>\n' % html.escape(p) for p in paras[i:i + n]), kind))
            i += n
            continue
        p = html.escape(paras[i])
        if len(paras[i]) < 60 and not paras[i].endswith(('.', '。', '!', '?', '”', '"')):
            out.append(r.choice(['<h2>%s</h2>', '<h3>%s</h3>', '<p><strong>%s</strong></p>', '<p>%s</p>']) % p)
        else:
            out.append(('<div>%s</div>' if style > 0.92 else '<p>%s</p>') % p)
        i += 1
    return '\n'.join(out)


def head_parts(r, w, title):
    parts = []
    if r.random() < 0.3:
        parts.append(tag(r, r.choice(['h3', 'p', 'div', 'span']), r.choice(['cate', 'kicker', 'section', 'label']), r.choice(w[4])))
    date = tag(r, r.choice(['div', 'p', 'span']), r.choice(['date', 'rightalign', 'info', 'meta', 'time']),
               r.choice(['February 9, 2023', '09.02.2023', '2023-02-09', '2023年2月9日', '02/05/2022 10:30']))
    h = tag(r, r.choice(['h1', 'h1', 'h1', 'h2']), r.choice(['title', 'title1', '', 'headline']), html.escape(title))
    parts += [date, h] if r.random() < 0.3 else [h, date]
    if r.random() < 0.3:
        parts.append(tag(r, 'div', r.choice(['photo', 'image', 'photo-area']), '<img src="/a.jpg">' + tag(
            r, r.choice(['div', 'p', 'figcaption']), 'caption', html.escape(title) + ' (Photo: Office)')))
    return parts


def after_parts(r, w, others):
    parts = []
    if r.random() < 0.4:
        parts.append(tag(r, 'div', r.choice(['share', 'social', 'tools', 'sns']), ' '.join(link(t) for t in r.sample(w[1], 2))))
    if r.random() < 0.3:
        parts.append(tag(r, 'div', r.choice(['tags', 'keywords', 'topics']), ' '.join(link(t) for t in r.sample(w[0], 2))))
    if r.random() < 0.5:
        items = ''.join('<li>%s%s</li>' % (link(o['title']), r.choice(['', ' <span>02/05/2022</span>']))
                        for o in r.sample(others, r.randint(1, 5)))
        parts.append(tag(r, r.choice(['section', 'div', 'aside']), r.choice(['related', 'other-news', 'more', 'box', 'list', 'relnews']),
                         r.choice(['<h4>%s</h4>', '<h3>%s</h3>', '<p>%s</p>']) % r.choice(w[2]) + '<ul>%s</ul>' % items))
    if r.random() < 0.12:
        texts = [p for o in r.sample(others, 3) for p in o['paras'][1:2] if len(p) < 400]
        parts.append(tag(r, 'div', 'comments', ''.join(tag(r, 'div', 'comment', '<b>Jan</b> <p>%s</p>' % html.escape(t)) for t in texts)))
    if r.random() < 0.6:
        parts.append(tag(r, r.choice(['div', 'p']), r.choice(['backlink', 'pagetop', 'totop', 'back', '']), link(r.choice(w[3]))))
    return parts


def page(r, doc, others):
    w = WORDS.get(doc['lang'], WORDS['en'])
    site = 'Office of ' + r.choice(['Trade', 'Ports', 'Foreign Affairs', 'Health'])
    paras, lead, top, end = list(doc['paras']), '', [], []
    if r.random() < 0.3 and len(paras) > 3:
        lead = tag(r, r.choice(['div', 'p', 'h2']), r.choice(['sapo', 'lead', 'intro', 'summary', 'standfirst']), html.escape(paras.pop(0)))
    text = tag(r, 'div', r.choice(['content', 'text', 'any-area', 'body', 'entry', 'main_text', '']), body_html(r, paras))
    inner = ''.join(head_parts(r, w, doc['title'])) + lead + text
    after = ''.join(after_parts(r, w, others))
    inside = r.random() < 0.6
    main = tag(r, r.choice(['div', 'main', 'article', 'div']), r.choice(['maincontents', 'content', 'wrapper', 'article', 'inner', 'post']),
               inner + (after if inside else '')) + ('' if inside else after)
    if r.random() < 0.8:
        if r.random() < 0.4:
            top.append(tag(r, 'p', 'skip', '<a href="#main">%s</a>' % w[7]))
        top.append(tag(r, r.choice(['header', 'div']), r.choice(['header', 'head', 'top']), link(site) + tag(
            r, r.choice(['nav', 'div']), r.choice(['nav', 'gnav', 'menu', 'globalnav']), link_list(r, r.sample(w[0], r.randint(2, len(w[0])))))))
        if r.random() < 0.5:
            top.append(tag(r, 'div', r.choice(['bread', 'breadcrumb', 'path', 'topicpath']), ' &gt; '.join(link(t) for t in r.sample(w[0], 2))))
        end.append(tag(r, r.choice(['footer', 'div', 'div']), r.choice(['footer', 'foot', 'copyright']),
                       r.choice(['', link_list(r, w[5])]) + '<p>%s %s. %s</p>' % (r.choice(['Copyright ©', '©']), site, r.choice([w[6], '']))))
    head = '<meta charset="utf-8"><title>%s%s</title>' % (html.escape(doc['title']), r.choice(['', ' | ' + site, ' - ' + site]))
    return '<!DOCTYPE html><html lang="%s"><head>%s</head><body>\n%s%s%s</body></html>' % (
        doc['lang'], head, ''.join(top), main, ''.join(end))


def main():
    r, docs = random.Random(5), []
    for path in sys.argv[3:]:
        for line in open(path, encoding='utf-8'):
            t = json.loads(line)
            paras = [p.strip() for p in (t.get('body') or '').split('\n') if p.strip()]
            if t.get('title') and 3 <= len(paras) <= 60 and t.get('type', 'article') in ('article', None) and '|' not in t['body']:
                docs.append({'title': t['title'], 'paras': paras, 'lang': t.get('lang', 'en')})
    os.makedirs(os.path.join(sys.argv[1], 'pages'), exist_ok=True)
    with open(os.path.join(sys.argv[1], 'truth.jsonl'), 'w', encoding='utf-8') as truth:
        for i in range(int(sys.argv[2])):
            doc = docs[i % len(docs)]
            doc = dict(doc, paras=doc['paras'][:r.choice([3, 5, 8, 60])])
            with open(os.path.join(sys.argv[1], 'pages', 'made-%d.html.gz' % i), 'wb') as out:
                out.write(gzip.compress(page(r, doc, docs).encode(), mtime=0))
            truth.write(json.dumps({'id': 'made-%d' % i, 'title': doc['title'], 'body': '\n'.join(doc['paras'])}, ensure_ascii=False) + '\n')


if __name__ == '__main__':
    main()
