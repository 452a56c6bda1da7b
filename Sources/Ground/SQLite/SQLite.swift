// SQLite: see the table in Package.swift.
