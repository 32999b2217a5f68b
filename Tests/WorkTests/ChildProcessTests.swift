import Foundation
import TestSupport
import Testing
import Work

@Suite struct ChildProcessTests {
  private let folder = TemporaryFolder()
  private var log: URL { URL(fileURLWithPath: folder.file("log")) }

  @Test func whatIsNotInstalledIsNamedWithItsPackage() {
    let error = #expect(throws: ChildError.self) {
      try ChildProcess("no-such-program-here", package: "such")
    }
    #expect(error?.kind == .missingDependency)
    #expect(error?.message.contains("apt-get install such") == true)
  }

  @Test func aFailureIsShownInItsOwnWords() throws {
    let shell = try ChildProcess("sh", package: "dash")
    let error = #expect(throws: ChildError.self) {
      try shell.run(["-c", "echo the lens cap is on >&2; exit 7"], log: log, WorkContext())
    }
    #expect(error?.message.contains("the lens cap is on") == true)
    #expect(error?.message.contains("code 7") == true)
  }

  @Test func variablesReachItAndItsWordsAreKept() throws {
    try ChildProcess("sh", package: "dash").run(
      ["-c", "echo $GREETING"], log: log, environment: ["GREETING": "hello"], WorkContext())
    #expect(String(decoding: contents(log.path), as: UTF8.self) == "hello\n")
  }

  @Test func cancellingEndsIt() throws {
    let work = WorkContext()
    work.cancellation.cancel()
    let began = ContinuousClock.now
    #expect(throws: WorkCancelled.self) {
      try ChildProcess("sleep", package: "coreutils").run(["60"], log: log, work)
    }
    #expect(ContinuousClock.now - began < .seconds(20))
  }
}
