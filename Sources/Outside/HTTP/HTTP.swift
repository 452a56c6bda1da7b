// HTTP: see the table in Package.swift.
