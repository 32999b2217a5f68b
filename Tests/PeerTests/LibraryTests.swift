import Foundation
import Settings
import TestSupport
import Testing

/// The library, as Python and C use it.
struct LibraryTests {
  @Test func pythonGetsWhatTheCommandLineMakes() throws {
    guard let report = try ServicePeerTests.drive("drive_python.py") else { return }
    #expect(report["problems"] == [])
  }

  @Test func aProgramInCIsServed() throws {
    let folder = TemporaryFolder()
    let project = SharedData.projectFolder
    let built = URL(fileURLWithPath: Program.path).deletingLastPathComponent().path
    let compiled = try Program.run(
      executable: "/usr/bin/env",
      [
        "clang", "-Wall", "-Werror", "-I\(project)/Sources/CInterface",
        "\(project)/Tests/PeerTests/library.c", "-o", folder.file("program"), "-L\(built)",
        "-lmaquette-c", "-Wl,-rpath,\(built)", "-Wl,--allow-shlib-undefined",
      ])
    try #require(compiled.status == 0, "\(compiled.error)")
    let outcome = try Program.run(executable: folder.file("program"), [])
    #expect(
      outcome.output
        == "status 0, 4 triangles of 3, type 1, told 1, status 2, named\n",
      "\(outcome.error)")
  }
}
