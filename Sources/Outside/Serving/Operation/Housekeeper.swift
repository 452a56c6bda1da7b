import Access
import Bytes
import Foundation
import HTTP
import Ledgers
import Releases
import Synchronization

/// What has to be done again and again beside the answers, on a thread of its own: a new release is served, the
/// outbox of the administrative verbs goes into the log, quotas are written down, certificates and the revocation
/// list are read again when their files change.
final class Housekeeper: Sendable {
  /// Seconds between two rounds.
  static let interval = 0.25
  /// Rounds between two checkpoints of the answers log on disk: about a second.
  static let roundsPerCheckpoint = 4
  /// Rounds between two snapshots of the quotas.
  static let roundsPerSnapshot = 240

  private struct State {
    var stopped = false
    var finished = false
    var reloadsWanted = 0
    var reloadsDone = 0
    var served = 0
    /// What was last told about each kind of work.
    var told: [String: String] = [:]
  }

  private let releases: ReleaseStore
  private let access: AccessStore
  private let answers: Answers
  private let files: SiteRoot
  private let certificates: CertificateFiles
  private let portalTLS: TLSHolder?
  private let gatewayTLS: TLSHolder?
  private let server: Server
  private let releaseGuard: ReleaseGuard
  private let state = Mutex(State())

  init(
    releases: ReleaseStore, access: AccessStore, answers: Answers, files: SiteRoot,
    certificates: CertificateFiles,
    portalTLS: TLSHolder?, gatewayTLS: TLSHolder?, server: Server, releaseGuard: ReleaseGuard,
    told warnings: [Wording]
  ) {
    self.releases = releases
    self.access = access
    self.answers = answers
    self.files = files
    self.certificates = certificates
    self.portalTLS = portalTLS
    self.gatewayTLS = gatewayTLS
    self.server = server
    self.releaseGuard = releaseGuard
    state.withLock { state in
      state.told[Self.lists] = Self.text(warnings)
      state.told[Self.rows] = Self.text(access.refusedRows)
    }
  }

  func start() {
    let thread = Thread { [self] in run() }
    thread.name = "housekeeper"
    thread.start()
  }

  /// Does with the next round what a reload asks for, and returns when it is done.
  func reload() {
    let wanted = state.withLock { state in
      state.reloadsWanted += 1
      return state.reloadsWanted
    }
    while state.withLock({ $0.reloadsDone < wanted && !$0.finished }) { Thread.sleep(forTimeInterval: 0.01) }
  }

  /// Ends the rounds and closes the books.
  func stop() {
    state.withLock { $0.stopped = true }
    while !state.withLock({ $0.finished }) { Thread.sleep(forTimeInterval: 0.01) }
  }

  private func run() {
    var round = 0
    while !state.withLock({ $0.stopped }) {
      Thread.sleep(forTimeInterval: Self.interval)
      round += 1
      tell("outbox") { try answers.drain(access) }
      tell("release") { try serveCurrentRelease() }
      tell(Self.rows, Self.text(access.refusedRows))
      let (done, wanted) = state.withLock { ($0.reloadsDone, $0.reloadsWanted) }
      if wanted > done { server.reopenLog() }
      tell("certificates") { try refreshCertificates(force: wanted > done) }
      state.withLock { $0.reloadsDone = wanted }
      let warnings = certificates.warnings(at: .now())
      tell(Self.lists, Self.text(warnings))
      if round % Self.roundsPerCheckpoint == 0 {
        tell("refusals") { try answers.tellRefusals(now: .now(), all: false) }
        tell("log") { try answers.ledger.persist() }
      }
      if round % Self.roundsPerSnapshot == 0 { closeBooks() }
    }
    closeBooks()
    state.withLock { $0.finished = true }
  }

  private func closeBooks() {
    tell("refusals") { try answers.tellRefusals(now: .now(), all: true) }
    tell("outbox") { try answers.drain(access) }
    tell("quotas") { try answers.closeBooks(access) }
  }

  private func serveCurrentRelease() throws {
    let release = try releases.current()
    // What is refused is told; the old one is served on.
    if let failure = releases.failure { throw failure }
    guard state.withLock({ $0.served != release.number }) else { return }
    try releaseGuard.record(release, access: access, answers: answers)
    try answers.recognise(release, in: access)
    try files.replace(with: release)
    state.withLock { $0.served = release.number }
  }

  private func refreshCertificates(force: Bool) throws {
    guard force || certificates.haveChanged() else { return }
    if let portalTLS, let context = try certificates.portalContext() { portalTLS.replace(with: context) }
    if let gatewayTLS, let context = try certificates.gatewayContext() {
      gatewayTLS.replace(with: context)
      // Who asks again is refused by the access book; who is being answered is cut off.
      server.closeRevoked(evenIdle: false)
    }
  }

  /// A failure is told on standard error when it is new, and tried again with the next round.
  private func tell(_ what: String, _ body: () throws -> Void) {
    var failure: String?
    do {
      try body()
    } catch {
      failure = (error as? any Fault)?.message ?? String(describing: error)
    }
    tell(what, failure)
  }

  private static let lists = "revocation list"
  private static let rows = "access"
  private static func text(_ warnings: [Wording]) -> String? {
    warnings.isEmpty ? nil : warnings.map(\.en).joined(separator: "; ")
  }

  private func tell(_ what: String, _ failure: String?) {
    let isNew = state.withLock { state in
      guard state.told[what] != failure else { return false }
      // A change of certificates is tried once: silence in the next round does not mean that it went well.
      if failure != nil || what != "certificates" { state.told[what] = failure }
      return failure != nil
    }
    guard isNew, let failure else { return }
    FileHandle.standardError.write(Data("doorsill: warning: \(what): \(failure)\n".utf8))
  }
}
