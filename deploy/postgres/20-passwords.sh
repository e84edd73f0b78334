#!/bin/sh
# Gives the logins of roles.sql the passwords that stand in their secrets. PostgreSQL's image runs this once, after
# 10-roles.sql, when it makes its data folder; a password that changes later is set by hand (docs/operations.md).
set -eu
secrets=${SECRETS_FOLDER:-/run/secrets}

for role in owner worker web; do
    url=$(cat "$secrets/database_${role}_url")
    password=${url#*://*:}
    password=${password%%@*}
    case $password in
    '' | *[!A-Za-z0-9_-]*)
        echo "The password in database_${role}_url must be of letters, digits, - and _ alone; vigie secrets makes such." >&2
        exit 1
        ;;
    esac
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<SQL
ALTER ROLE vigie_$role PASSWORD '$password';
SQL
done
