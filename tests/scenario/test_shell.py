"""Completion in a real shell, and the numbers that a monitoring system reads."""
import os, re, shutil, subprocess

import pytest

from conftest import BIN, article, exposition, listing, prose


@pytest.fixture
def archive(world, origin):
    for i in range(3):
        origin.pages['/press/%d' % i] = article('Release number %d' % i, prose(i), '2023-02-0%d' % (i + 1))
    origin.pages['/press/'] = listing([('/press/%d' % i, 'Release number %d' % i, '2023-02-0%d' % (i + 1)) for i in range(3)])
    world.source('mofa-viet-nam', '/press/', first_visit='announce').source('gone', '/none')
    world.once(expect=3)
    return world


def complete(world, *words):
    """What bash offers behind these words."""
    script = ('presswatch() { %s --config %s "$@"; }; eval "$(presswatch completion bash)"; COMP_WORDS=(presswatch %s); COMP_CWORD=%d; _presswatch; printf "%%s\\n" "${COMPREPLY[@]}"'
              % (os.path.join(BIN, 'presswatch'), world.conf, ' '.join("'%s'" % w for w in words), len(words)))
    r = subprocess.run(['bash', '-euc', script], capture_output=True, text=True, timeout=20)
    assert r.returncode == 0, r.stderr
    return r.stdout.split()


def test_bash_completes_commands_options_and_names(archive):
    assert complete(archive, 'sea') == ['search'] and 'channels' in complete(archive, '')
    assert '--follow' in complete(archive, 'tail', '--') and '--follow' not in complete(archive, 'list', '--')
    assert complete(archive, 'poll', 'mo') == ['mofa-viet-nam'] and set(complete(archive, 'sources', '')) == {'gone', 'mofa-viet-nam'}
    assert complete(archive, 'list', '--source', 'mo') == ['mofa-viet-nam'] and set(complete(archive, 'pause', '')) == {'gone', 'hook', 'mofa-viet-nam'}
    assert complete(archive, '--config', 'x', 'sho') == ['show']


@pytest.mark.parametrize('shell', ['bash', 'zsh', 'fish'])
def test_the_scripts_are_sound(shell):
    script = subprocess.run([os.path.join(BIN, 'presswatch'), 'completion', shell], capture_output=True, text=True, check=True).stdout
    listed = re.findall(r'^  ([a-z]+)', subprocess.run([os.path.join(BIN, 'presswatch'), 'help'], capture_output=True, text=True).stdout.split('\nTopics')[0], re.M)
    assert all(re.search(r'\b%s\b' % name, script) for name in listed)
    if shutil.which(shell) is None:
        pytest.skip(shell + ' is not installed')
    subprocess.run([shell, '-n'], input=script, text=True, check=True)


def test_metrics_tell_of_the_archive_and_of_the_daemon(archive):
    values = exposition(archive.command('metrics').stdout)
    assert values['presswatch_up'] == 0 and values['presswatch_documents'] == 3 and 'presswatch_workers' not in values
    assert values['presswatch_source_state{source="mofa-viet-nam",state="ok"}'] == 1 and values['presswatch_source_documents{source="mofa-viet-nam"}'] == 3
    assert values['presswatch_source_failures{source="gone"}'] >= 1 and values['presswatch_channel_delivered_total{channel="hook"}'] >= 3
    archive.start()
    values = exposition(archive.command('metrics').stdout)
    assert values['presswatch_up'] == 1 and 'presswatch_workers' in values and 'presswatch_visits_total' in values
    archive.stop()
