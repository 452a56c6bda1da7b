// Crossing: see the table in Package.swift.
