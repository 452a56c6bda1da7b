import Glibc
import Synchronization

/// What `./dev sanitize` is judged by itself: four threads that meet in a mutex, which the sanitizer must pass over, and
/// with the word `race` also beside it, which it must find.
@main struct Planted {
  final class Meeting: Sendable {
    let guarded = Mutex(0)
    nonisolated(unsafe) var bare = 0
    let races = CommandLine.arguments.contains("race")
  }

  nonisolated static func main() {
    let meeting = Meeting()
    let threads = (0..<4).map { _ in
      var thread = pthread_t()
      pthread_create(&thread, nil, Self.meet, Unmanaged.passUnretained(meeting).toOpaque())
      return thread
    }
    for thread in threads { pthread_join(thread, nil) }
    print(meeting.guarded.withLock { $0 })
  }

  nonisolated private static let meet: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? =
    {
      guard let meeting = $0.map({ Unmanaged<Meeting>.fromOpaque($0).takeUnretainedValue() }) else {
        return nil
      }
      for _ in 0..<50_000 {
        meeting.guarded.withLock { $0 += 1 }
        if meeting.races { meeting.bare += 1 }
      }
      return nil
    }
}
