/// How checks of single records are protected (DISCLOSURE a.12): a profile of kind `verify`.
package struct VerifyProfile: Sendable, Hashable {
  package var name: String
  /// Failed tuples of one client about one subject within a day, after which it is locked out.
  package var failuresBeforeLock: Int
  /// Failed tuples about one subject across clients, after which the custodian is told.
  package var failuresBeforeAlarm: Int
  /// Bits of entropy the claims must have together, or each call needs a consent token.
  package var claimBits: Int
  /// Bits of work, cost factor included, that trying every tuple must take, or each call needs a consent token.
  package var enumerationBits: Int
  /// Longest life of a consent token.
  package var consentMinutes: Int

  package init(
    name: String, failuresBeforeLock: Int = 3, failuresBeforeAlarm: Int = 10, claimBits: Int = 10,
    enumerationBits: Int = 60, consentMinutes: Int = 10
  ) {
    self.name = name
    self.failuresBeforeLock = failuresBeforeLock
    self.failuresBeforeAlarm = failuresBeforeAlarm
    self.claimBits = claimBits
    self.enumerationBits = enumerationBits
    self.consentMinutes = consentMinutes
  }
}
