// Serving: see the table in Package.swift.
