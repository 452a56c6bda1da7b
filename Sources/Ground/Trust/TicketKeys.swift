package import Bytes
import COpenSSL
import Synchronization

/// Keys for TLS session tickets (RFC 5077 §4): a new one every few hours, and the last one still accepted, so that a
/// stolen key opens at most two periods of tickets. They live in memory only.
package final class TicketKeys: Sendable {
  /// Seconds until the next key.
  package static let period: Int64 = 6 * 3600

  struct Key {
    let name: [UInt8]  // 16 bytes, in clear in each ticket
    let cipher: Secret  // AES-256
    let mac: Secret  // HMAC-SHA-256
    let madeAt: Timestamp

    init(at time: Timestamp) throws(TrustError) {
      name = try Random.bytes(16)
      cipher = try Secret.random(32)
      mac = try Secret.random(32)
      madeAt = time
    }
  }

  private struct Ring {
    var current: Key
    var previous: Key?
  }
  private let ring: Mutex<Ring>

  /// Makes the first key.
  package init(now: Timestamp = .now()) throws(TrustError) {
    ring = Mutex(Ring(current: try Key(at: now), previous: nil))
  }

  /// The key to make tickets with; rotates when its period is over. Without randomness the old one stays.
  func current(now: Timestamp = .now()) -> Key {
    ring.withLock { ring in
      let age = now.secondsSince1970 - ring.current.madeAt.secondsSince1970
      if !(0..<TicketKeys.period).contains(age), let next = try? Key(at: now) {
        ring.previous = (0..<TicketKeys.period * 2).contains(age) ? ring.current : nil
        ring.current = next
      }
      return ring.current
    }
  }

  /// The key of a ticket, if it is still accepted, and whether the ticket should be replaced.
  func key(named name: [UInt8], now: Timestamp = .now()) -> (key: Key, isOld: Bool)? {
    let current = current(now: now)
    if current.name == name { return (current, false) }
    return ring.withLock { $0.previous }.flatMap { $0.name == name ? ($0, true) : nil }
  }
}

/// OpenSSL asks for a ticket's keys here: 1 ready, 2 ready but make a new ticket, 0 no such key, -1 failure.
let answerTicketKey:
  @convention(c) (
    OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, OpaquePointer?,
    OpaquePointer?, Int32
  ) -> Int32 = { session, name, vector, cipher, mac, isNew in
    guard let name, let vector, let keys = TLSContext.settings(of: SSL_get_SSL_CTX(session))?.ticketKeys
    else { return -1 }
    let key: TicketKeys.Key
    var answer: Int32 = 1
    if isNew == 1 {
      key = keys.current()
      for (place, byte) in key.name.enumerated() { name[place] = byte }
      guard RAND_bytes(vector, 16) == 1 else { return -1 }
    } else {
      guard let found = keys.key(named: Array(UnsafeBufferPointer(start: name, count: 16))) else { return 0 }
      key = found.key
      answer = found.isOld ? 2 : 1
    }
    let ciphered = key.cipher.withBytes { bytes in
      let bytes = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
      return isNew == 1
        ? EVP_EncryptInit_ex(cipher, EVP_aes_256_cbc(), nil, bytes, vector)
        : EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nil, bytes, vector)
    }
    let authenticated = key.mac.withBytes { bytes in
      doorsill_hmac_sha256_key(mac, bytes.assumingMemoryBound(to: UInt8.self).baseAddress, bytes.count)
    }
    return ciphered == 1 && authenticated == 1 ? answer : -1
  }
