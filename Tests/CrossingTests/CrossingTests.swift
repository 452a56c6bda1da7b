@testable import Crossing
