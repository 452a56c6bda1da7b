package import Bytes

/// A company that calls results: 数据使用方, answerable for use and purpose.
package struct Client: Sendable, Equatable {
  package enum Status: String, Sendable { case active, suspended }
  /// Lower-case letters, digits and `-`; never reused.
  package let id: String
  package let name: String
  /// Where a person of the company is reached.
  package let contact: String
  package let status: Status
  package let created: Timestamp
}

/// A client certificate the portal has admitted. A client is known by the hashes of its public key and of its
/// issuer's key, never by subject text.
package struct ClientCertificate: Sendable, Equatable {
  /// SHA-256 of the DER, base64url without padding: `x5t#S256` of RFC 8705 §3.1.
  package let thumbprint: String
  package let client: String
  /// SHA-256 of the SubjectPublicKeyInfo of the certificate.
  package let publicKeyHash: [UInt8]
  /// SHA-256 of the SubjectPublicKeyInfo of the certificate's issuer.
  package let issuerKeyHash: [UInt8]
  /// Serial number, lower-case hex.
  package let serial: String
  package let notAfter: Timestamp
  package let revoked: Timestamp?
}

/// An API key as the database knows it: only its HMAC under the pepper, never the key.
package struct APIKey: Sendable, Equatable {
  /// Public name of the key, written into receipts: `k_` and 16 hex digits.
  package let id: String
  package let client: String
  package let thumbprint: String
  package let publicKeyHash: [UInt8]
  package let issuerKeyHash: [UInt8]
  package let created: Timestamp
  package let expires: Timestamp
  package let revoked: Timestamp?
  /// HMAC under the pepper.
  let mac: [UInt8]
}

/// Who may call which result, for what purpose, until when, how often: 授权.
package struct Grant: Sendable, Equatable {
  package enum Status: String, Sendable { case pending, active, revoked }
  package let id: Int
  package let client: String
  package let dataset: String
  package let result: String
  /// A purpose of Policies/access.json5.
  package let purpose: String
  package let starts: Timestamp
  /// The grant ends before this moment.
  package let ends: Timestamp
  /// Calls in one UTC day.
  package let callsPerDay: Int
  package let status: Status
  package let proposer: String
  /// The second person, where one has signed.
  package let approver: String?
  /// The second person's signature over `terms`, as compact JWS.
  package let approval: String?
  package let created: Timestamp

  /// The secrecy level of the result when the grant was proposed; nil in grants of 0.1.
  package let level: String?
  /// The name of the answers log of the portal it is for; nil in grants of 0.1.
  package let portal: String?
  /// The proposer's signature over `terms`, as compact JWS; nil in grants of 0.1.
  package let proposal: String?

  /// What proposer and second person sign: the exact terms, as canonical JSON (RFC 8785).
  package var terms: JSON {
    var terms: JSON = [
      "callsPerDay": .number(String(callsPerDay)), "client": .string(client), "dataset": .string(dataset),
      "ends": .string(ends.rfc3339), "grant": .number(String(id)), "proposer": .string(proposer),
      "purpose": .string(purpose), "result": .string(result), "starts": .string(starts.rfc3339),
    ]
    if let level { terms["level"] = .string(level) }
    if let portal { terms["portal"] = .string(portal) }
    return terms
  }
}
