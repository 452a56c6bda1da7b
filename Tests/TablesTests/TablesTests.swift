@testable import Tables
