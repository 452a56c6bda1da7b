import CLinux
import Glibc
import Synchronization

/// A few threads for what may block: database queries, signing, files that are not in memory.
final class Workers: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var next = 0
    var stopping = false
  }

  private let state = Mutex(State())
  /// Counts waiting jobs; each worker takes one.
  private let semaphore: Int32
  private let threads = Mutex<[ServerThread]>([])
  private let limit: Int

  /// - Parameter waiting: jobs that may wait; more are refused.
  init?(waiting: Int) {
    semaphore = doorsill_eventfd(1)
    limit = waiting
    guard semaphore >= 0 else { return nil }
  }

  deinit { close(semaphore) }

  /// Starts the threads; false where the system made fewer.
  func start(count: Int) -> Bool {
    let made = (0..<count).compactMap { index in ServerThread("worker-\(index)") { [self] in work() } }
    threads.withLock { $0 = made }
    return made.count == count
  }

  /// Hands a job over; false where too many wait already.
  func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
    let taken = state.withLock { state in
      guard !state.stopping, state.jobs.count - state.next < limit else { return false }
      state.jobs.append(job)
      return true
    }
    if taken { doorsill_eventfd_add(semaphore, 1) }
    return taken
  }

  /// Hands over a job that belongs to an answer already begun: it is never refused.
  func submitAlways(_ job: @escaping @Sendable () -> Void) {
    state.withLock { $0.jobs.append(job) }
    doorsill_eventfd_add(semaphore, 1)
  }

  /// Jobs that wait for a thread.
  var waiting: Int { state.withLock { $0.jobs.count - $0.next } }

  /// Lets the waiting jobs finish, then ends the threads.
  func stop() {
    let threads = threads.withLock { threads in
      let all = threads
      threads = []
      return all
    }
    state.withLock { $0.stopping = true }
    doorsill_eventfd_add(semaphore, UInt64(threads.count))
    for thread in threads { thread.join() }
  }

  private func work() {
    while true {
      guard doorsill_eventfd_take(semaphore) == 1 else { return }
      let job: (@Sendable () -> Void)? = state.withLock { state in
        guard state.next < state.jobs.count else { return nil }
        let job = state.jobs[state.next]
        state.next += 1
        if state.next == state.jobs.count {
          state.jobs.removeAll(keepingCapacity: true)
          state.next = 0
        } else if state.next >= 256 {
          state.jobs.removeFirst(state.next)
          state.next = 0
        }
        return job
      }
      if let job {
        job()
      } else if state.withLock({ $0.stopping }) {
        return
      }
    }
  }
}
