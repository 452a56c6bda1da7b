@testable import Trust
