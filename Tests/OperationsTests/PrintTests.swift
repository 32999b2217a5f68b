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
}
