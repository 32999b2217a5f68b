public import Settings

/// Which engine draws.
public enum EngineChoice: String, SettingChoice {
  case auto, software, gl
}

/// The built-in studios.
public enum LightPreset: String, SettingChoice {
  case studio, soft, dramatic, rim, top, uniform
}

/// How many colour samples a pixel has.
public enum SampleCount: String, SettingChoice {
  case four = "4"
  case eight = "8"
  case sixteen = "16"

  var count: Int { Int(rawValue)! }

  public init?(json: JSONValue) {
    guard let text = json.string ?? json.int.map(String.init) else { return nil }
    self.init(rawValue: text)
  }
}

/// Where surfaces with alpha mode BLEND count for depth, normals and mask; colour always blends.
public enum BlendedSurfaces: String, SettingChoice {
  /// Where their alpha is at least one half.
  case half
  /// Everywhere, as if they were opaque.
  case solid
  /// Nowhere.
  case ignore

  /// The alpha below which they do not count.
  var cutoff: Float {
    switch self {
    case .half: 0.5
    case .solid: -1
    case .ignore: 2
    }
  }
}

/// How a scene is drawn, whichever engine draws it.
public struct RenderSettings: SettingsGroup {
  @Setting(
    "Which engine draws: software on the processor, gl through a driver (on the processor too where there is no GPU); auto takes gl where there is a GPU."
  )
  public var engine = EngineChoice.auto

  @Setting(
    "Colour samples a pixel, resolved in linear light; a GL driver may not have more than 4.")
  public var samples = SampleCount.four

  @Setting(
    "How many places of a texture a pixel that sees it at an angle takes along its longer side; 1 for a blur there instead.",
    in: 1...16)
  public var anisotropy = 1

  @Setting(
    "The built-in studio to light with: studio is neutral, soft a light tent, dramatic one hard side, rim from behind, top from above, uniform white all around."
  )
  public var lighting = LightPreset.studio

  @Setting("A Radiance .hdr panorama to light with, instead of a built-in studio.")
  public var environment: String? = nil

  @Setting("Light also with the lights that are in the file; they cast no shadows.")
  public var fileLights = true

  @Setting("Turns the light around the object, counterclockwise from above.", in: -360...360)
  public var lightRotationDegrees = 0.0

  @Setting(
    "Work out beforehand what the object hides of the light from itself and what it throws back.")
  public var selfShadows = true

  @Setting("Brightness in photographic stops.", in: -10...10)
  public var exposureStops = 0.0

  @Setting(
    "Hide the back of single-sided surfaces, as glTF asks. Off, every surface shows from both sides."
  )
  public var cullBackFaces = false

  @Setting("Where blended surfaces count for depth, normals and mask.")
  public var blendedSurfaces = BlendedSurfaces.half

  public init() {}
}
