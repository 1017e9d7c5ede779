# Installation; see README.md.
