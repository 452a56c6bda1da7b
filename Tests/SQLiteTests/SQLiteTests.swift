@testable import SQLite
