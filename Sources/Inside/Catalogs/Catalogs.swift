// Catalogs: see the table in Package.swift.
