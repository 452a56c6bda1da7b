@testable import Catalogs
