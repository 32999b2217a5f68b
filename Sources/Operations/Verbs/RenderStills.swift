import Formats
import Foundation
import Imaging
import LinearMath
public import Rendering
public import Settings
public import Views
public import Work

public struct RenderStillsSettings: SettingsGroup {
  @Setting("Width of each picture in pixels.", in: 16...8192)
  public var width = 1024

  @Setting("Height of each picture in pixels; without it as many as the width.", in: 16...8192)
  public var height: Int? = nil

  @Setting("Views by name, by azimuth in degrees, or by azimuth:elevation; front looks along -z.")
  public var angles: [ViewAngle] = []

  @Setting(
    "Where the camera stands around the object, where no angles are given: 0 before it, 90 to the right.",
    in: -360...360)
  public var azimuthDegrees = 35.0

  @Setting("How high it stands; 90 looks straight down.", in: -90...90)
  public var elevationDegrees = 20.0

  @Setting("Horizontal angle of view in degrees.", in: 5...120)
  public var fieldOfViewDegrees = 30.0

  @Setting(
    "What lies behind the object: transparent, white, black, #rrggbb, or a picture that covers all from the top left; transparent where the format can be, else white."
  )
  public var background: String? = nil

  @Setting("A soft shadow on the ground below the object, in the colour's alpha.")
  public var shadows = false

  @Setting("Numbers beside the colour, at pixel centres: further PNGs, or channels of an .exr.")
  public var aov: [PixelNumbers] = []

  @Setting("How pictures in a folder are stored.")
  public var format: StillFormat? = nil

  @Setting("Quality of .jpg and .webp; 100 keeps every pixel of a .webp.", in: 1...100)
  public var quality = 90

  public var model = ViewedModelSettings()

  public var render = RenderSettings()

  public init() {}

  var intrinsics: Intrinsics {
    Intrinsics(width: width, height: height ?? width, fieldOfView: fieldOfViewDegrees * .pi / 180)
  }

  var views: [ViewAngle] {
    angles.isEmpty
      ? [ViewAngle(name: "view", azimuth: azimuthDegrees, elevation: elevationDegrees)] : angles
  }
}

/// Model to pictures.
public enum RenderStills: Verb {
  public static let name = "render"
  public static let summary = "Renders pictures of a model, and what is known of each pixel."
  public static let usage = "MODEL -o PICTURE.png|.jpg|.webp|.exr|FOLDER/"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: "png")

  public static func run(_ call: VerbCall<RenderStillsSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let options = call.options
    let lens = options.intrinsics
    let target = try StillTarget(path: call.output!, format: options.format)
    let backdrop = try Backdrop(
      options.background ?? (target.format == .jpg ? "white" : "transparent"), width: lens.width,
      height: lens.height)
    if case .transparent = backdrop, target.format == .jpg {
      throw UsageError("a .jpg cannot be transparent; write .png, .webp or .exr, or give a color")
    }
    for (flag, names) in [
      ("--angles", options.angles.map(\.name)), ("--aov", options.aov.map(\.rawValue)),
    ] where Set(names).count < names.count {
      throw UsageError("\(flag) names something twice; every file is written once")
    }
    let files = target.paths(options)
    var paths = try OutputPaths(
      read: call.inputs + [options.background, options.render.environment], output: nil)
    for path in files { try paths.add(path, "-o") }
    // Where nothing can be written, nothing need be drawn.
    _ = try StagedFile(path: files[0])
    work.progress.declare(StillViews.phases + [("render", 8)])
    var layers = Set(options.aov.compactMap(\.layer))
    if target.format == .exr { layers.insert(.light) }
    let stage = try StillViews(.file(call.inputs[0]), options, layers: layers, work)
    let (prepared, cameras) = (stage.prepared, stage.cameras)

    work.progress.enter("render")
    let farthest = cameras.map { $0.eye.length + 1 }.max()!
    let writer = StillWriter(
      target: target, backdrop: backdrop, options: options,
      scale: StillScale(
        modelScale: prepared.scale, offset: prepared.offset, farthest: farthest))
    var shots: [StillWriter.Shot] = []
    try stage.renderer.forEachFrame(cameras, work, encode: { frame, _ in frame }) { frame in
      shots.append(try writer.write(frame, options.views[shots.count]))
      work.progress.update(Double(shots.count) / Double(cameras.count))
    }
    return report(shots, prepared, stage.renderer, lens, writer.scale)
  }

  private static func report(
    _ shots: [StillWriter.Shot], _ prepared: PreparedScene, _ renderer: borrowing Renderer,
    _ lens: Intrinsics, _ scale: StillScale
  ) -> VerbResult {
    VerbResult(
      outputs: shots.flatMap(\.outputs),
      result: [
        "views": .integer(shots.count), "engine": .string(renderer.engineName),
        "device": .string(renderer.deviceName), "width": .integer(lens.width),
        "height": .integer(lens.height), "focalLengthPixels": .number(lens.focalX),
        "depthStep": .number(scale.depthStep),
        "positionLowest": .array((0..<3).map { .number(scale.lowest[$0]) }),
        "positionSpan": .number(scale.span), "shots": .array(shots.map(\.json)),
        "objects": .array(
          prepared.objects.enumerated().map { index, object in
            [
              "id": .integer(index + 1), "name": .string(object.name),
              "material": .string(object.material),
            ]
          }),
      ],
      text: "\(shots.count) view\(shots.count == 1 ? "" : "s") of \(lens.width) x \(lens.height) "
        + "pixels by \(renderer.engineName) (\(renderer.deviceName))")
  }
}
