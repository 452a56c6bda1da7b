import CLinux
import Glibc

/// A thread of the server's own: loops and workers live on these, never on Swift's cooperative pool, which must not
/// be blocked.
package struct ServerThread: Sendable {
  private final class Body: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(_ name: String, _ run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  private let handle: pthread_t

  /// Starts a thread with a name of at most fifteen bytes; nil where the system makes no more threads.
  init?(_ name: String, _ body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let kept = Unmanaged.passRetained(Body(name, body))
    let failure = pthread_create(
      &handle, nil,
      { pointer in
        guard let pointer else { return nil }
        let body = Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue()
        _ = doorsill_name_thread(body.name)
        body.run()
        return nil
      }, kept.toOpaque())
    guard failure == 0 else {
      kept.release()
      return nil
    }
    self.handle = handle
  }

  /// Waits until the thread has ended.
  func join() { pthread_join(handle, nil) }
}

/// The clocks of the server. Timeouts use the monotonic one, so that a jump of the wall clock cuts nobody off.
enum Clock {
  /// Milliseconds since some moment in the past; coarse (a few milliseconds), cheap.
  static func milliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Microseconds since some moment in the past; precise.
  static func microseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }

  /// Seconds since 1970.
  static func seconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    return Int64(time.tv_sec)
  }
}
