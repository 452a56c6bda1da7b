/// Where things lie below the outside folder. Every path here is relative.
package enum Layout {
  /// All kept releases, each in the folder of its number, and `parts` beside them.
  package static let releases = "releases"
  /// The content store: every part once, named by its SHA-256 in hex, hard-linked into the releases.
  package static let parts = "releases/parts"
  /// A symbolic link to the release that is served: `releases/<n>`.
  package static let current = "current"
  /// The signed list of what was taken out, one JWS a line; it only grows.
  package static let withdrawn = "withdrawn"
  /// What people declared as lost of the answers log, a signed entry of the decisions log a line; it only grows.
  package static let recovered = "recovered"
  /// The public half of the release key, PEM; it crosses once by its own step, never inside a release.
  package static let releaseKey = "keys/release.pub"
  /// The key of the tags, 32 bytes; it crosses once by its own step, never inside a release.
  package static let verifyKey = "keys/verify"
  /// Folders under construction begin so; whoever writes next removes them.
  package static let buildingPrefix = ".building-"
  /// The highest number a sealed release ever had, so that numbers are not used twice.
  package static let lastNumber = "releases/.last"
  /// Held by the one writer.
  package static let writerLock = "releases/.lock"

  /// Inside a release.
  package static let manifest = "MANIFEST.json"
  package static let settings = "settings.json"
  package static let catalogue = "catalogue.sqlite"
  package static let site = "site"
  package static let rows = "rows"
  package static let results = "results"
  package static let shells = "shells"
  /// Hash tiles and checkpoint of the decisions log.
  package static let decisions = "decisions"

  /// `releases/<n>`.
  package static func release(_ number: Int) -> String { "\(releases)/\(number)" }

  /// The number in the name of a release's folder, as `12`; nil for any other name.
  static func number(_ name: String) -> Int? {
    guard let number = Int(name), (1..<1 << 53).contains(number), String(number) == name else {
      return nil
    }
    return number
  }

  /// The same of `releases/<n>`.
  static func number(ofRelease path: String) -> Int? {
    path.hasPrefix("\(releases)/") ? number(String(path.dropFirst(releases.utf8.count + 1))) : nil
  }

  /// `rows/<dataset>.<resource>.sqlite`.
  package static func rowsPart(_ dataset: String, _ resource: String) -> String {
    "\(rows)/\(dataset).\(resource).sqlite"
  }

  /// `results/<dataset>.<result>.tags`: the tags of verify and score, as bytes.
  package static func tagsPart(_ dataset: String, _ result: String) -> String {
    "\(results)/\(dataset).\(result).tags"
  }

  /// `results/<dataset>.<result>.cells`: the values of a statistic, as bytes.
  package static func cellsPart(_ dataset: String, _ result: String) -> String {
    "\(results)/\(dataset).\(result).cells"
  }

  /// `results/<dataset>.<result>.json`.
  package static func resultPart(_ dataset: String, _ result: String) -> String {
    "\(results)/\(dataset).\(result).json"
  }

  /// Whether a part's path stays below its release: relative, without empty, `.` and `..` segments, without
  /// control characters.
  package static func isSafe(_ path: String) -> Bool {
    guard !path.isEmpty, path.utf8.count <= 1024, !path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
    else {
      return false
    }
    return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255
    }
  }
}
