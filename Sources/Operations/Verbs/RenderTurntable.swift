import Foundation
import Imaging
import LinearMath
public import Rendering
public import Settings
import Video
public import Views
public import Work

/// How large a video is and what it is for.
public enum VideoQuality: String, SettingChoice {
  /// 1080 lines.
  case standard
  /// 2160 lines.
  case ultra = "4k"
  /// 2160 lines of ProRes 4444 with alpha.
  case pro
}

public enum VideoAspect: String, SettingChoice {
  case wide = "16:9"
  case square = "1:1"
  case tall = "9:16"

  /// Width and height where the shorter side is so long.
  func size(_ side: Int) -> (width: Int, height: Int) {
    switch self {
    case .wide: (side * 16 / 9, side)
    case .square: (side, side)
    case .tall: (side, side * 16 / 9)
    }
  }
}

public struct RenderTurntableSettings: SettingsGroup {
  @Setting("The motion; the page Turntables has the keyframes of each.")
  public var effect = TurntableEffect.turntable

  @Setting("How long the video is.", in: 3...30)
  public var lengthSeconds = 6

  @Setting("Width to height.")
  public var aspect = VideoAspect.wide

  @Setting("standard: 1080 lines; 4k: 2160; pro: 2160 as ProRes 4444 with alpha (.mov).")
  public var quality: VideoQuality? = nil

  @Setting("Another length of the shorter side in pixels; even.", in: 16...4320)
  public var side: Int? = nil

  @Setting("Frames a second.", in: 1...60)
  public var framesPerSecond = 30

  @Setting("A soft shadow on the ground, worked out once for all frames; --no-shadows for none.")
  public var shadows = true

  @Setting("The ground mirrors the object, fading with height.")
  public var reflector = false

  @Setting("Start and stop gently; with --no-easing all moves have constant speed.")
  public var easing = true

  @Setting("Degrees that the motion begins further to the right.", in: -180...180)
  public var rotateDegrees = 0.0

  @Setting("Degrees that the camera stands higher than the motion has it.", in: -90...90)
  public var tiltDegrees = 0.0

  @Setting("What lies behind: white, black, #rrggbb, or transparent where the format can be.")
  public var background: String? = nil

  @Setting("A picture behind the object instead; it covers all from the top left.")
  public var backgroundImage: String? = nil

  @Setting("Also a small H.264 file for browsers, at this path.")
  public var web: String? = nil

  @Setting("Also a video of a quarter of each side, at this path (.mp4).")
  public var thumb: String? = nil

  @Setting(
    "Also a still of the moment that shows most, at this path (.png); there before the video is.")
  public var poster: String? = nil

  @Setting("Also that still at a quarter of each side, at this path (.png).")
  public var posterThumb: String? = nil

  @Setting("Also all of these in one ZIP, at this path.")
  public var bundle: String? = nil

  @Setting(
    "A JSON list of further videos of the same motion: objects of output, background, backgroundImage. The frames are drawn once for all."
  )
  public var variants: String? = nil

  public var model = ViewedModelSettings()

  public var render = RenderSettings()

  public init() {}
}

/// Model to video.
public enum RenderTurntable: Verb {
  public static let name = "turntable"
  public static let summary = "Renders a video around a model."
  public static let usage = "MODEL -o VIDEO.mp4|.mov|.webm|.gif|FOLDER/"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: nil)

  public static func run(_ call: VerbCall<RenderTurntableSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let options = call.options
    let plan = try TurntablePlan(call)
    // Before anything is drawn: whether it can be encoded at all.
    if plan.films.contains(where: { $0.format != nil }) { _ = try VideoWriter() }
    work.progress.declare([
      ("read", 1), ("prepare", 3), ("render", 20), ("encode", plan.isShared ? 20 : 0),
    ])
    work.progress.enter("read")
    let (scene, _) = try UprightScene.read(.file(call.inputs[0]), options.model, work)
    work.progress.enter("prepare")
    let prepared = try PreparedScene(scene, work)
    let renderer = try Renderer(
      prepared, settings: options.render, intrinsics: plan.lens, groundShadow: options.shadows,
      shadowApart: true, work)
    let path = TurntablePath(
      options.effect, isEased: options.easing, turn: options.rotateDegrees,
      tilt: options.tiltDegrees)
    let stage = TurntableStage(
      prepared, path.poses(plan.frameCount), plan.lens, hasShadow: options.shadows,
      reflects: options.reflector)
    work.progress.enter("render")
    let outputs = try TurntableFilms(plan, work).write { take in
      try stage.forEachFrame(renderer, work, take)
    } poster: { take in
      try stage.only(plan.posterFrame).forEachFrame(renderer, work, isAll: false, take)
    }
    return VerbResult(
      outputs: outputs,
      result: [
        "frames": .integer(plan.frameCount), "width": .integer(plan.lens.width),
        "height": .integer(plan.lens.height),
        "framesPerSecond": .integer(options.framesPerSecond),
        "seconds": .number(Double(plan.frameCount) / Double(options.framesPerSecond)),
        "isLoop": .bool(path.isLoop), "engine": .string(renderer.engineName),
        "videos": .integer(plan.films.count),
      ],
      text: "\(plan.frameCount) frames of \(plan.lens.width) x \(plan.lens.height) pixels by "
        + "\(renderer.engineName) (\(renderer.deviceName))")
  }
}
