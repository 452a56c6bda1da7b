package import Bytes
package import Trust

/// A person's consent to one look-up about them, signed by an agent who has asked them (DISCLOSURE a.12): a JWS
/// (`alg` Ed25519, `typ` doorsill-consent+jws) whose payload names client, dataset, result, purpose and subject, when
/// it was given (`iat`), until when it holds (`exp`), and a number that makes it good for one time (`jti`).
///
/// Agents are people of access.json5 with the role `agent` and a key.
package struct Consent: Sendable, Equatable {
  /// The `typ` of the JWS header.
  package static let type = "doorsill-consent+jws"
  /// Seconds by which an agent's clock may be ahead.
  static let skew: Int64 = 60

  /// Keyed hash of agent and `jti`: what is remembered of a token that was used.
  package let id: [UInt8]
  package let expires: Timestamp

  package init(id: [UInt8], expires: Timestamp) {
    self.id = id
    self.expires = expires
  }

  /// What a token has to say to hold for a tuple.
  package struct Wanted: Sendable {
    package var client: String
    package var dataset: String
    package var result: String
    package var purpose: String
    /// The subject's fields in their normal form, with the form of each.
    package var subject: [(name: String, form: TupleForm, value: String)]
    /// Longest life, in minutes.
    package var minutes: Int

    package init(
      client: String, dataset: String, result: String, purpose: String,
      subject: [(name: String, form: TupleForm, value: String)], minutes: Int
    ) {
      self.client = client
      self.dataset = dataset
      self.result = result
      self.purpose = purpose
      self.subject = subject
      self.minutes = minutes
    }

    /// The payload of a token for this look-up.
    package func payload(from now: Timestamp, minutes: Int, number: String) -> JSON {
      [
        "client": .string(client), "dataset": .string(dataset), "result": .string(result),
        "purpose": .string(purpose),
        "subject": .object(subject.map { JSON.Member($0.name, .string($0.value)) }),
        "iat": JSON(Int(now.secondsSince1970)),
        "exp": JSON(Int(now.secondsSince1970) + minutes * 60), "jti": .string(number),
      ]
    }
  }

  /// Why a token does not hold. The caller may know: nothing of it depends on the data.
  package enum Problem: String, Error, Sendable, CaseIterable {
    case missing = "consent-missing"
    case malformed = "consent-malformed"
    /// No registered agent has signed it.
    case untrusted = "consent-untrusted"
    case expired = "consent-expired"
    /// It would live longer than the profile allows.
    case tooLong = "consent-too-long"
    /// It is for another client, result, purpose or subject.
    case foreign = "consent-foreign"
    /// It was used before.
    case used = "consent-used"
  }

  /// Signs a token: what an agent's own program does too.
  package static func sign(_ payload: JSON, with key: SigningKey) throws -> String {
    JWS.sign(try payload.canonical(), with: key, header: [JSON.Member("typ", .string(type))])
  }
}

extension AccessStore {
  /// Checks a token against what it must say. Whether it was used before is known by `begin`.
  package func consent(
    _ token: String?, wanted: Consent.Wanted, agents: [VerifyingKey], now: Timestamp
  ) throws(Consent.Problem) -> Consent {
    guard let token else { throw .missing }
    let opened: (header: JSON, payload: [UInt8], key: VerifyingKey)
    do { opened = try JWS.verify(token, keys: agents) } catch {
      throw error.code == .signature ? .untrusted : .malformed
    }
    guard opened.header["typ"]?.string == Consent.type, let json = try? JSON(parsing: opened.payload),
      let issued = json["iat"]?.int, let expires = json["exp"]?.int, let number = json["jti"]?.string,
      (16...128).contains(number.utf8.count), let subject = json["subject"]?.members
    else { throw .malformed }
    let moment = Int(now.secondsSince1970)
    guard moment < expires, issued <= moment + Int(Consent.skew), issued < expires else { throw .expired }
    // Which tokens were used in the entries that were lost, nobody knows any more.
    if let recovered = ground.recovered, issued <= Int(recovered.secondsSince1970) { throw .used }
    let (life, isOver) = expires.subtractingReportingOverflow(issued)
    guard !isOver, life <= wanted.minutes * 60 else { throw .tooLong }
    guard json["client"]?.string == wanted.client, json["dataset"]?.string == wanted.dataset,
      json["result"]?.string == wanted.result, json["purpose"]?.string == wanted.purpose,
      subject.count == wanted.subject.count,
      wanted.subject.allSatisfy({ field in
        subject.first { $0.key == field.name }?.value.string.flatMap(field.form.canonical) == field.value
      })
    else { throw .foreign }
    let id = pepper.authenticate(LengthPrefix.join(["doorsill/consent/1", opened.key.thumbprint, number]))
    return Consent(
      id: Array(id.prefix(16)), expires: Timestamp(secondsSince1970: Int64(expires)))
  }
}
