@testable import Policies
