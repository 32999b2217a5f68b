import Foundation
import Settings
import TestSupport
import Testing

/// The service as its clients meet it: a process on loopback, driven by Python.
struct ServicePeerTests {
  /// What a driver says, run in a folder of its own.
  static func drive(_ script: String, _ words: [String] = []) throws -> JSONValue? {
    guard let python = PeerTests.python else { return nil }
    let folder = TemporaryFolder()
    let model = folder.file("chair.glb")
    let made = try Program.run(["sample", "-o", model, "--texture-size", "64", "--quiet"])
    try #require(made.status == 0, "\(made.error)")
    let work = folder.file("work")
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    let path = SharedData.projectFolder + "/Tests/PeerTests/" + script
    let outcome = try Program.run(executable: python, [path, Program.path, work, model] + words)
    try #require(outcome.status == 0, "\(outcome.error)")
    return try JSONValue(parsing: Data(outcome.output.utf8))
  }

  /// The guide's own Python and curl, the real engine behind; files opened by others.
  @Test func clientsOfDXGLChangeTheBaseURLOnly() throws {
    guard let report = try Self.drive("drive_dxgl.py") else { return }
    #expect(report["problems"] == [])
  }

  /// The other four services' own code and requests, all at the root of one service, and its webhooks.
  @Test func clientsOfTheOtherFourChangeTheBaseURLOnly() throws {
    guard let report = try Self.drive("drive_dialects.py") else { return }
    #expect(report["problems"] == [])
  }

  /// The official client: three modes over two transports.
  @Test func theOfficialClientOfMCPIsServed() throws {
    guard let report = try Self.drive("drive_mcp.py") else { return }
    #expect(report["problems"] == [])
  }

  /// The portal in headless Chromium, flow by flow.
  @Test func thePortalIsWalkedThrough() throws {
    guard FileManager.default.fileExists(atPath: "/usr/bin/chromedriver") else {
      print("left out: the portal's flows, for want of chromium and chromium-driver")
      return
    }
    guard let report = try Self.drive("drive_portal.py") else { return }
    #expect(report["problems"] == [])
    #expect(report["flows"]?.int == 23)
  }

  /// Files in a bucket, work done over HTTP: the same bytes.
  @Test func severalMachinesMakeTheSame() throws {
    guard let report = try Self.drive("drive_growth.py") else { return }
    #expect(report["problems"] == [])
  }

  /// Bombs, the end under load, a full disk.
  @Test func troubleAroundItIsBorne() throws {
    guard let report = try Self.drive("drive_trouble.py") else { return }
    for left in report["leftOut"]?.array ?? [] { print("left out: \(left.text())") }
    #expect(report["problems"] == [])
  }

  /// Whatever ends when, no job is lost and none is paid for twice: on one machine with SQLite, and on several with
  /// PostgreSQL and S3 between them.
  @Test(arguments: ["one", "several"]) func nothingIsLostWhoeverEnds(_ machines: String) throws {
    let points = [
      "before-commit", "after-commit", "after-claim", "before-finish",
      "between-outputs-and-settlement", "after-finish",
    ]
    guard let report = try Self.drive("drive_chaos.py", [machines, "20"] + points) else { return }
    #expect(report["lost"]?.int == 0 && report["extra"]?.int == 0 && report["left"]?.int == 0)
    #expect(report["refusals"] == [])
    #expect((report["accepted"]?.int ?? 0) > 20)
    #expect(report["integrity"]?.string == "ok" && report["exit"]?.int == 0)
    #expect(report["books"]?.string == "the books are right")
  }
}
