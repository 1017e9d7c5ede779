"""The smaller time-lapse sites of the shared data, whole; the larger ones are `make acceptance`."""
import json, os, subprocess, sys

import pytest

from conftest import BIN, SHARED

DRIVER = os.path.join(SHARED, 'sites', 'timelapse.py')


@pytest.mark.skipif(not os.path.exists(DRIVER), reason='no shared data: time-lapse sites are not here')
@pytest.mark.parametrize('site', ['seed-pages', 'edgi-revisions', 'court-uscg.mil', 'court-ca2.uscourts.gov'])
def test_a_real_site_as_it_changed(site):
    r = subprocess.run([sys.executable, DRIVER, BIN, os.path.join(SHARED, 'sites', site), '--mode', 'once'], capture_output=True, text=True, timeout=400)
    result = json.loads(r.stdout)
    assert result['good'], {k: v for k, v in result.items() if k in result['wrong'] + ['wrong', 'exit_codes']}
