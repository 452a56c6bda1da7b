import Foundation
import Support
import Testing

extension `End to end` {
  /// A server that starts with a wrong clock.
  @Suite struct `A wrong clock` {
    static let target = "/v1/results/patients/costs?select=sex,count"

    /// The environment in which a program's clock is so many seconds off; nil where there is no compiler to make it with.
    private func clock(off seconds: Int, in folder: String) throws -> [String: String]? {
      let source = """
        #define _GNU_SOURCE
        #include <time.h>
        #include <sys/time.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        int clock_gettime(clockid_t id, struct timespec *t) {
          int r = (int)syscall(SYS_clock_gettime, id, t);
          if (r == 0 && id == CLOCK_REALTIME) t->tv_sec += \(seconds);
          return r;
        }
        time_t time(time_t *t) {
          struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
          if (t) *t = now.tv_sec; return now.tv_sec;
        }
        int gettimeofday(struct timeval *t, void *zone) {
          struct timespec now; clock_gettime(CLOCK_REALTIME, &now);
          t->tv_sec = now.tv_sec; t->tv_usec = now.tv_nsec / 1000; return 0;
        }
        """
      let (file, library) = ("\(folder)/clock\(seconds).c", "\(folder)/clock\(seconds).so")
      try source.write(toFile: file, atomically: true, encoding: .utf8)
      guard let compiler = ["clang", "cc", "gcc"].first(where: { Subprocess.find($0) != nil }) else {
        print("note: skipped, there is no C compiler to make another clock with")
        return nil
      }
      try Subprocess.run(compiler, ["-shared", "-fPIC", "-O1", "-o", library, file]).wanted(0, compiler)
      return ["LD_PRELOAD": library]
    }

    @Test func `gives no call back and dates no receipt back, and a right one goes on only when told`() throws
    {
      let portal = try World.here().portal.copied()
      let company = try Company.register("patient", at: portal, callsPerDay: 2)
      guard let early = try clock(off: -40 * 86_400, in: portal.folder.path),
        let ahead = try clock(off: 3 * 86_400, in: portal.folder.path)
      else { return }
      var server = try RunningDoorsill(portal)
      for _ in 0..<2 { #expect(try server.ask(Self.target, as: company).status == 200) }
      #expect(try server.ask(Self.target, as: company).code == "quota-exceeded")
      server.stop()
      let failure = #expect(throws: Failure.self) { _ = try RunningDoorsill(portal, environment: early) }
      #expect(failure?.description.contains("time does not go back") == true, "\(failure?.description ?? "")")
      // Three days ahead it is another day, and its calls are those of that day.
      server = try RunningDoorsill(portal, environment: ahead)
      let answer = try server.ask(Self.target, as: company)
      #expect(answer.status == 200, "\(answer.said)")
      server.stop()
      let back = #expect(throws: Failure.self) { _ = try RunningDoorsill(portal) }
      #expect(back?.description.contains("--clock-ran-ahead") == true, "\(back?.description ?? "")")
      server = try RunningDoorsill(portal, options: ["--clock-ran-ahead", "the battery was empty"])
      defer { server.stop() }
      let today = try server.ask(Self.target, as: company)
      #expect(today.code == "quota-exceeded", "today's calls are as used up as before: \(today.said)")
      server.stop()
      let told = try portal.entries(of: "answers").filter { $0["event"] as? String == "clock.corrected" }
      #expect(told.first?["reason"] as? String == "the battery was empty", "\(told)")
      try portal.must("ledger", "verify", "answers")
    }

    @Test func `at one publication is told by the next, and a right one goes on only when told`() throws {
      let portal = try World.here().portal.copied()
      guard let ahead = try clock(off: 14 * 366 * 86_400, in: portal.folder.path) else { return }
      let table = "Catalog/stations/stations.csv"
      try portal.write(try portal.text(table) + "\n", table)
      let home = Doorsill.environment(home: portal.home).merging(ahead) { $1 }
      try Subprocess.run(
        Doorsill.path, portal.publishWords(), folder: portal.folder.path, environment: home, seconds: 300
      ).wanted(0, "publish")
      try portal.write(try portal.text(table) + "\n", table)
      let refused = try portal.publish()
      #expect(refused.status == 3 && refused.errorText.contains("authority repair"), "\(refused.said)")
      // Whoever closes is not kept from it.
      try portal.signed(by: "wang-wei", "suspend", "stations", "--reason", "a mistake").wanted(0, "suspend")
      let mended = try portal.signed(by: "wang-wei", "authority", "repair")
      #expect(mended.status == 0 && mended.errorText.contains("goes on from now"), "\(mended.said)")
      try portal.publish().wanted(0, "publish")
      try portal.must("ledger", "verify", "decisions")
    }
  }
}
