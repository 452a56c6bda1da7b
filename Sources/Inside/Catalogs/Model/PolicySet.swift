package import Policies

/// The rule book of a portal: the four files of `Policies/`, read and hashed.
package struct PolicySet: Sendable {
  /// The four files, in the order they are read.
  package static let names = ["levels.json5", "detectors.json5", "protection.json5", "access.json5"]

  package var scale: Scale
  package var detectors: DetectorPolicy
  /// Profiles of kind `statistic`, by name.
  package var profiles: [String: ProtectionProfile]
  /// By level: the most that may have been guessed under a profile that serves it, an upper 95 % bound of accuracy.
  package var bars: [String: Double]
  /// Profiles of kind `verify`, by name.
  package var verifyProfiles: [String: VerifyProfile]
  package var access: AccessPolicy
  /// Hex SHA-256 over the canonical JSON (RFC 8785) of the four files as one object. Comments, spaces and the order of
  /// keys do not change it.
  package var hash: String
  /// Hex SHA-256 of the same kind without the people: the rules. Who is registered is the decisions log's to say.
  package var ruleHash: String
  /// The bytes of each file, by name.
  package var files: [String: [UInt8]]

  package init(
    scale: Scale, detectors: DetectorPolicy, profiles: [String: ProtectionProfile], bars: [String: Double],
    verifyProfiles: [String: VerifyProfile] = [:], access: AccessPolicy,
    hash: String, ruleHash: String,
    files: [String: [UInt8]]
  ) {
    self.scale = scale
    self.detectors = detectors
    self.profiles = profiles
    self.bars = bars
    self.verifyProfiles = verifyProfiles
    self.access = access
    self.hash = hash
    self.ruleHash = ruleHash
    self.files = files
  }
}
