import Glibc
import Synchronization

/// How many connections there are, in all and from each network. Asked once a connection, not once a request.
final class Census: Sendable {
  private let counts = Mutex<[NetworkAddress: Int]>([:])
  private let total = Atomic<Int>(0)
  private let limit: Int
  private let networkLimit: Int
  private let proxies: TrustedProxies

  init(limits: Limits, proxies: TrustedProxies = .none) {
    self.proxies = proxies
    limit = limits.connections > 0 ? limits.connections : Census.descriptorRoom()
    networkLimit = limits.connectionsPerNetwork
  }

  /// Descriptors this process may open, less what files and databases need.
  private static func descriptorRoom() -> Int {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let all = Int(clamping: limit.rlim_cur)
    return max(8, all - max(32, min(256, all / 4)))
  }

  var hasRoom: Bool { total.load(ordering: .relaxed) < limit }

  /// Loopback and the trusted front servers are not counted: they bring everybody's connections.
  private func isCounted(_ address: NetworkAddress) -> Bool {
    !address.isLoopback && !proxies.trusts(address)
  }

  /// Counts a connection; false where its network has too many.
  func enter(_ address: NetworkAddress) -> Bool {
    if isCounted(address) {
      let isTaken = counts.withLock { counts in
        let count = counts[address.network, default: 0]
        guard count < networkLimit else { return false }
        counts[address.network] = count + 1
        return true
      }
      guard isTaken else { return false }
    }
    total.add(1, ordering: .relaxed)
    return true
  }

  func leave(_ address: NetworkAddress) {
    total.subtract(1, ordering: .relaxed)
    guard isCounted(address) else { return }
    counts.withLock { counts in
      let count = counts[address.network, default: 1]
      counts[address.network] = count > 1 ? count - 1 : nil
    }
  }
}
