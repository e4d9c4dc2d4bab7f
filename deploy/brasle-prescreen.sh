#!/bin/sh
# Every command with the server's settings and as the server's account, for root. Install:
#   install -m 755 deploy/brasle-prescreen.sh /usr/local/bin/brasle-prescreen
# Name files with their whole path: the account of the server reads and writes them.
cd /opt/brasle-prescreen || exit 1
exec runuser -u brasle -- .venv/bin/brasle-prescreen "$@"
