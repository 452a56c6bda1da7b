package import Policies

extension PolicySet {
  /// The profiles under which results of a dataset of this level may be published, by name. Everything that is told a
  /// custodian about other profiles asks here and nowhere else.
  package func profiles(serving level: Level) -> [ProtectionProfile] {
    profiles.values.filter { Gate.objection(to: $0, at: level, bar: bars[level.id]) == nil }
      .sorted { $0.name < $1.name }
  }
}
