import Synchronization

/// The threads for what may block, a crew for each kind of work.
struct Crews: Sendable {
  private let crews: [Workers]

  /// Nil where the system gave no descriptor.
  init?(limits: Limits) {
    let made = Work.allCases.compactMap { _ in Workers(waiting: limits.waitingRequests) }
    guard made.count == Work.allCases.count else { return nil }
    crews = made
  }

  subscript(work: Work) -> Workers { crews[work.rawValue] }

  /// Starts the threads; false where the system made fewer.
  func start(limits: Limits) -> Bool {
    Work.allCases.allSatisfy { self[$0].start(count: limits.threads(for: $0)) }
  }

  /// Lets the waiting jobs finish, then ends the threads.
  func stop() { for crew in crews { crew.stop() } }
}

extension Limits {
  func threads(for work: Work) -> Int {
    switch work {
    case .files: workers
    case .rows: rowWorkers
    case .gateway: gatewayWorkers
    }
  }
}

/// How many row queries each address has, waiting ones included.
final class Seats: Sendable {
  private let taken = Mutex<[NetworkAddress: Int]>([:])
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Takes a seat; false where the address has as many as it may.
  func enter(_ address: NetworkAddress) -> Bool {
    taken.withLock { taken in
      let count = taken[address.host, default: 0]
      guard count < limit else { return false }
      taken[address.host] = count + 1
      return true
    }
  }

  func leave(_ address: NetworkAddress) {
    taken.withLock { taken in
      let count = taken[address.host, default: 1]
      taken[address.host] = count > 1 ? count - 1 : nil
    }
  }
}
