// Site: see the table in Package.swift.
