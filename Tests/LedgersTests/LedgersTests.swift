@testable import Ledgers
