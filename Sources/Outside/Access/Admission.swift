package import Bytes

/// One call as it arrives: what TLS proved about the caller, and what it asks for.
package struct Call: Sendable {
  package var publicKeyHash: [UInt8]
  package var issuerKeyHash: [UInt8]
  package var thumbprint: String
  /// The credentials of `Authorization: Bearer`, nil where there are none.
  package var bearer: String?
  package var dataset: String
  package var result: String
  /// The purpose the caller names, needed only where it has grants for several.
  package var purpose: String?
  /// The result exists in the current release and may be called.
  package var resultExists: Bool
  /// The result's level asks that a second person has signed the grant.
  package var needsSecondPerson: Bool
  /// The result's level now: a second person's signature counts for the level they signed for.
  package var level: String?
  /// `dry_run`: everything is judged, nothing is counted.
  package var dryRun: Bool
  /// How many calls it counts as: the tuples of a check of single records, each of which is one.
  package var calls = 1
  /// It asks about single records, so the client's pace is judged too.
  package var guesses = false
  /// Calls that one grant may make in a minute, whatever they ask and whether they count; nil: as many as it likes.
  package var callsPerMinute: Int?
  package var now: Timestamp

  package init(
    publicKeyHash: [UInt8], issuerKeyHash: [UInt8], thumbprint: String, bearer: String?, dataset: String,
    result: String, purpose: String? = nil, resultExists: Bool = true, needsSecondPerson: Bool = false,
    level: String? = nil, dryRun: Bool = false, now: Timestamp
  ) {
    self.publicKeyHash = publicKeyHash
    self.issuerKeyHash = issuerKeyHash
    self.thumbprint = thumbprint
    self.bearer = bearer
    self.dataset = dataset
    self.result = result
    self.purpose = purpose
    self.resultExists = resultExists
    self.needsSecondPerson = needsSecondPerson
    self.level = level
    self.dryRun = dryRun
    self.now = now
  }
}

/// Who is calling: a client with its certificate and key, both live and bound to each other.
package struct Identity: Sendable {
  package let client: Client
  package let key: APIKey
  package let certificate: ClientCertificate
}

/// Proof that a call is admitted: identity, grant and quota have been judged. Only Access makes one, and the
/// gateway cannot answer without it.
package struct Admission: Sendable {
  package let identity: Identity
  package let grant: Grant
  /// Calls left in this UTC day after this one.
  package let remaining: Int
  /// Seconds until the quota is whole again.
  package let resetsIn: Int
  /// Calls that the grant may make in a minute, those left in this one, and the seconds that it still has; nil where
  /// there is no such limit.
  package let minute: MinuteQuota?
  package let dryRun: Bool
  /// The quota it was counted in, and how often.
  let slot: Book.Slot
  let counted: Int

  init(
    identity: Identity, grant: Grant, remaining: Int, resetsIn: Int, minute: MinuteQuota?, dryRun: Bool,
    slot: Book.Slot, counted: Int
  ) {
    self.identity = identity
    self.grant = grant
    self.remaining = remaining
    self.resetsIn = resetsIn
    self.minute = minute
    self.dryRun = dryRun
    self.slot = slot
    self.counted = counted
  }
}

/// Why a call is not admitted. What a caller may not know exists looks like absence.
package struct Denial: Error, Sendable, Equatable {
  package enum Code: String, Sendable, CaseIterable {
    case keyRequired = "key-required"
    case keyInvalid = "key-invalid"
    case certificateUnknown = "certificate-unknown"
    case certificateRevoked = "certificate-revoked"
    case certificateExpired = "certificate-expired"
    case clientSuspended = "client-suspended"
    case notFound = "not-found"
    case grantPending = "grant-pending"
    case grantNotStarted = "grant-not-started"
    case grantExpired = "grant-expired"
    case grantRevoked = "grant-revoked"
    case purposeRequired = "purpose-required"
    case quotaExceeded = "quota-exceeded"
    case minuteExceeded = "minute-exceeded"
    case tooFast = "too-fast"

    /// The status of RFC 9110 that goes with the code.
    package var status: Int {
      switch self {
      case .keyRequired, .keyInvalid: 401
      case .certificateUnknown, .certificateRevoked, .certificateExpired, .clientSuspended: 403
      case .grantPending, .grantNotStarted, .grantExpired, .grantRevoked: 403
      case .purposeRequired: 400
      case .notFound: 404
      case .quotaExceeded, .minuteExceeded, .tooFast: 429
      }
    }

    /// One sentence for the caller, which says what to do.
    package var detail: String {
      switch self {
      case .keyRequired: "This call needs an API key in the Authorization header, as 'Bearer dsk_…'."
      case .keyInvalid:
        "This API key is not valid with this client certificate. Ask the portal for a new key."
      case .certificateUnknown: "This client certificate is not registered. Ask the portal to register it."
      case .certificateRevoked: "This client certificate has been revoked. Ask the portal for a new one."
      case .certificateExpired: "This client certificate has ended. Ask the portal for a new one."
      case .clientSuspended: "This client is suspended. Contact the portal."
      case .notFound: "There is no such result."
      case .grantPending: "This grant still needs the signature of a second person."
      case .grantNotStarted: "This grant is not in force yet."
      case .grantExpired: "This grant has ended. Apply for a new one."
      case .grantRevoked: "This grant has been revoked. Contact the portal."
      case .purposeRequired: "You hold grants for several purposes: name one in the Doorsill-Purpose header."
      case .quotaExceeded:
        "The calls of this grant are used up for today, or fewer are left than this call needs."
      case .minuteExceeded:
        "This grant has made all the calls that it may make in a minute. Wait for the next."
      case .tooFast:
        "More than a fifth of your recent checks did not agree, so only one call a second is answered. Look at your records first."
      }
    }
  }

  package let code: Code
  /// The client, where one could be identified: its refusals are entries of their own in the ledger.
  package let client: String?
  package let keyID: String?
  package let grant: Int?
  /// Seconds after which it is worth trying again (RFC 9110 §10.2.3), for exhausted quotas.
  package let retryAfter: Int?
  /// The quota that is used up, where it is the minute's.
  package let minute: MinuteQuota?

  init(
    _ code: Code, client: String? = nil, keyID: String? = nil, grant: Int? = nil, retryAfter: Int? = nil,
    minute: MinuteQuota? = nil
  ) {
    self.minute = minute
    self.code = code
    self.client = client
    self.keyID = keyID
    self.grant = grant
    self.retryAfter = retryAfter
  }
}
