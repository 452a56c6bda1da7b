// Releases: see the table in Package.swift.
