// Policies: see the table in Package.swift.
