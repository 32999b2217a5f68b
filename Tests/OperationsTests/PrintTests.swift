import Operations
import Settings
import TestSupport
import Testing

@Suite struct PrintTests {
  static let presets = Preset.all.filter { $0.verb == "print" }

  @Test func presetsDecode() throws {
    #expect(Self.presets.map(\.preset.name) == ["fdm", "powder", "resin"])
    for (_, preset) in Self.presets {
      let settings = try PreparePrintSettings(layers: [preset.layer])
      #expect(settings.json != PreparePrintSettings().json || preset.name == "fdm")
    }
  }

  /// Numbers past the largest float, by scale or height, are told and do not trap.
  @Test(arguments: [
    (
      "v 0 0 0\nv 1e34 0 0\nv 0 1e34 0\nv 0 0 1e34\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n",
      ["--scale", "1000000"]
    ),
    (
      "v 0 0 0\nv 1 0 0\nv 0 1e-38 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n",
      ["--height-millimeters", "1000"]
    ),
  ])
  func sizesPastAllNumbersAreRefused(_ text: String, _ words: [String]) throws {
    let folder = TemporaryFolder()
    let model = folder.write(text, as: "m.obj")
    let outcome = try Program.run(["print", model, "-o", folder.file("p.stl")] + words)
    #expect(outcome.status == 3 && outcome.error.contains("larger than numbers go"))
    #expect(folder.names == ["m.obj"])
  }
}
