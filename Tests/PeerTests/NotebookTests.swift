import Foundation
import Settings
import TestSupport
import Testing

/// The notebooks run to their ends, and those that are exported are those whose source is here.
@Suite struct NotebookTests {
  @Test(arguments: [
    "sets_with_numpy", "hdf5_with_pytorch", "radiance_field", "repair_broken_meshes",
    "render_rebuild_score", "benchmarks",
  ])
  func notebookRuns(_ name: String) throws {
    guard let python = PeerTests.python else { return }
    let folder = TemporaryFolder()
    let notebooks = SharedData.projectFolder + "/notebooks-exports"
    let outcome = try Program.run(
      executable: "/usr/bin/env",
      ["MAQUETTE=\(Program.path)", python, notebooks + "/export.py", folder.file("out"), name])
    try #require(outcome.status == 0, "\(outcome.error.suffix(2000))")
    let (new, kept) = (
      try cells(folder.file("out/\(name).ipynb")), try cells("\(notebooks)/\(name).ipynb")
    )
    #expect(new == kept, "the export is older than its source: run notebooks-exports/export.py")
    #expect(contents("\(notebooks)/\(name).html").count > 10_000)
  }

  private func cells(_ path: String) throws -> [String] {
    let book = try JSONValue(parsing: Data(contents(path)))
    return (book["cells"]?.array ?? []).map { cell in
      (cell["source"]?.array ?? []).compactMap(\.string).joined()
    }
  }
}
