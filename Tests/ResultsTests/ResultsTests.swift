@testable import Results
