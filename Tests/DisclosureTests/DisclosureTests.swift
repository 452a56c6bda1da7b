@testable import Disclosure
