import Foundation
import Support

/// The program under test, run as a user runs it: a binary with words, files and an environment.
enum Doorsill {
  /// The binary of the variable DOORSILL_BINARY, as `./dev test` sets it; without it the debug product of this
  /// package, which is slower but the same program.
  static let path: String = {
    if let named = ProcessInfo.processInfo.environment["DOORSILL_BINARY"], !named.isEmpty { return named }
    let debug = Places.root + "/.build/debug/doorsill"
    print("note: DOORSILL_BINARY is not set, so the debug product is tested: \(debug)")
    return debug
  }()

  /// The people's keys live in a home of their own; messages are English unless a test asks otherwise.
  static func environment(home: String, language: String = "C.UTF-8") -> [String: String] {
    ["DOORSILL_HOME": home, "LC_ALL": "", "LC_MESSAGES": "", "LANG": language, "NO_COLOR": "1"]
  }

  static func run(
    _ words: [String], home: String = "/nonexistent", folder: String? = nil, language: String = "C.UTF-8",
    input: [UInt8] = [], seconds: Double = 300
  ) throws -> Subprocess {
    try Subprocess.run(
      path, words, input: input, folder: folder, environment: environment(home: home, language: language),
      seconds: seconds)
  }
}

/// A program that did not do what a test has to rely on.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension Subprocess {
  /// Both streams, for the comment of an expectation.
  var said: String { "exit \(status)\n\(text)\n\(errorText)" }

  /// Itself where it ended well; throws with all it said otherwise.
  @discardableResult
  func wanted(_ status: Int32 = 0, _ what: String = "") throws -> Subprocess {
    guard self.status == status else { throw Failure("\(what): \(said)") }
    return self
  }
}
