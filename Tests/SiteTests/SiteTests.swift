@testable import Site
