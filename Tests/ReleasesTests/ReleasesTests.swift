@testable import Releases
