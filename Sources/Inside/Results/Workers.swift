import Dispatch
import Glibc
import Synchronization

/// Cores that work side by side.
enum Workers {
  /// How many there are.
  static var available: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Runs numbered pieces of work on all cores and gives what they made, in order; the first failure by number.
  static func sideBySide<R: Sendable>(
    _ count: Int, _ work: @Sendable (Int) throws(ResultError) -> R
  ) throws(ResultError) -> [R] {
    let made = Mutex([Int: Result<R, ResultError>](minimumCapacity: count))
    DispatchQueue.concurrentPerform(iterations: count) { number in
      let result = Result { () throws(ResultError) in try work(number) }
      made.withLock { $0[number] = result }
    }
    let all = made.withLock { $0 }
    var results: [R] = []
    for number in 0..<count {
      if let result = all[number] { results.append(try result.get()) }
    }
    return results
  }
}
