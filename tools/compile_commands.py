#!/usr/bin/env python3
"""Writes compile_commands.json for editors: $COMPILE is the compiler with its flags, the operands are source files."""
import json, os, shlex, sys

flags = shlex.split(os.environ['COMPILE'])
json.dump([{'directory': os.getcwd(), 'file': f, 'arguments': flags + ['-c', f]} for f in sys.argv[1:]],
          open('compile_commands.json', 'w'), indent=1)
