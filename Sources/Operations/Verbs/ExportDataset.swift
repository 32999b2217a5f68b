import Archives
public import Datasets
import Formats
import Foundation
import Imaging
import LinearMath
public import Rendering
public import Scenes
public import Settings
public import Views
public import Work

/// Which views of a model become a set.
public struct ViewSettings: SettingsGroup {
  @Setting("Views to render.", in: 1...100_000)
  public var views = 100

  @Setting("Width and height of each view in pixels.", in: 16...8192)
  public var pixels = 800

  @Setting("Where cameras stand.")
  public var coverage = Coverage.hemisphere

  @Setting("Horizontal angle of view in degrees.", in: 5...120)
  public var fieldOfViewDegrees = 49.1

  public init() {}
}

public struct ExportDatasetSettings: SettingsGroup {
  public var views = ViewSettings()
  public var dataset = DatasetSettings()
  public var render = RenderSettings()

  @Setting("Which axis points up in the model; without it z for STL and y for the others.")
  public var up: UpAxis? = nil

  @Setting("Also write a PNG overview of twelve of the views to this path.")
  public var contactSheet: String? = nil

  public init() {}
}

/// Model to training set.
public enum ExportDataset: Verb {
  public static let name = "dataset"
  public static let summary = "Renders a model from all around into a posed training set."
  public static let usage = "MODEL -o SET.zip"
  public static let inputCount = 1...1
  public static let output = OutputRule.required(standardOutput: "zip")

  public static func run(_ call: VerbCall<ExportDatasetSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let options = call.options
    let target = try DatasetTarget(path: call.output!)
    try ContactSheet.check(options.contactSheet, beside: [call.output!] + call.inputs)
    work.progress.declare([("read", 2), ("prepare", 3), ("render", 95)])
    work.progress.enter("read")
    let source = try SceneFile.read(call.inputs[0], log: work.log)
    guard source.triangleCount > 0 else {
      throw InputError("no-triangles", "the model holds no triangles", call.inputs[0])
    }
    let usualUp = try SceneFormat(path: call.inputs[0]).usualUp
    let scene = source.turned(from: options.up ?? usualUp, to: .y)

    work.progress.enter("prepare")
    let prepared = try PreparedScene(scene, work)
    let intrinsics = Intrinsics(
      width: options.views.pixels, height: options.views.pixels,
      fieldOfView: options.views.fieldOfViewDegrees * .pi / 180)
    let cameras = ViewSampling.cameras(
      count: options.views.views, coverage: options.views.coverage, intrinsics: intrinsics)
    let writer = try DatasetWriter(
      to: target, settings: options.dataset,
      frameBytes: 12 * intrinsics.width * intrinsics.height, work)
    let renderer = try Renderer(
      prepared, settings: options.render, intrinsics: intrinsics,
      normalSpaceFromWorld: Conventions.zUpFromYUp, work)

    work.progress.enter("render")
    var sheet = options.contactSheet.map { _ in ContactSheet(views: cameras.count) }
    let start = ContinuousClock.now
    for (index, camera) in cameras.enumerated() {
      try work.checkCancelled()
      let frame = try renderer.frame(camera)
      sheet?.add(frame, index: index)
      try writer.append(frame)
      work.progress.update(Double(index + 1) / Double(cameras.count))
    }
    let points = prepared.pointCloud(count: options.dataset.points, seed: call.seed)
    try writer.finish(
      points: points.map(datasetPoint),
      model: ModelTransform(scale: prepared.scale, offset: prepared.offset),
      manifest: try manifest(
        call, prepared, sourceUp: options.up ?? usualUp, engine: renderer.engineName,
        device: renderer.deviceName))
    let seconds = (ContinuousClock.now - start) / .seconds(1)

    var outputs = [Artifact(path: call.output!, mediaType: target.mediaType)]
    if let sheet, let path = options.contactSheet {
      try StagedFile.write(try ImageFile.encodePNG(sheet.image), to: path)
      outputs.append(Artifact(path: path, mediaType: "image/png"))
    }
    let rate = Double(cameras.count) / seconds
    return VerbResult(
      outputs: outputs,
      result: [
        "views": .integer(cameras.count), "engine": .string(renderer.engineName),
        "device": .string(renderer.deviceName), "objectRadius": 1.0,
        "modelScale": .number(prepared.scale), "triangles": .integer(prepared.triangleCount),
        "points": .integer(points.count), "viewsPerSecond": .number((rate * 1000).rounded() / 1000),
      ],
      text:
        "\(cameras.count) view\(cameras.count == 1 ? "" : "s") of \(options.views.pixels) x \(options.views.pixels) pixels "
        + "by \(renderer.engineName) (\(renderer.deviceName)), "
        + "\((rate * 10).rounded() / 10) views a second")
  }

  private static func datasetPoint(_ point: ColoredPoint) -> DatasetPoint {
    func turned(_ vector: SIMD3<Float>) -> SIMD3<Float> {
      SIMD3<Float>(Conventions.datasetVector(SIMD3<Double>(vector)))
    }
    return DatasetPoint(
      position: turned(point.position), normal: turned(point.normal),
      color: SIMD3(
        SRGB.code(point.color.x), SRGB.code(point.color.y), SRGB.code(point.color.z)))
  }

  private static func setFromSource(_ prepared: PreparedScene, _ sourceUp: UpAxis) -> Matrix4 {
    let zUp = Matrix4(linear: Conventions.zUpFromYUp)
    let turn = sourceUp == .z ? Matrix4(linear: Conventions.zUpFromYUp.transposed) : .identity
    return zUp * prepared.worldFromSource * turn
  }

  /// What somebody needs to know to make the same set again, and to read it right. Holds nothing that
  /// differs between two runs of the same call.
  private static func manifest(
    _ call: VerbCall<ExportDatasetSettings>, _ prepared: PreparedScene, sourceUp: UpAxis,
    engine: String, device: String
  ) throws -> JSONValue {
    let path = call.inputs[0]
    guard let digest = Digest.sha256(ofFile: path) else {
      throw InputError("unreadable-file", "the file cannot be read a second time", path)
    }
    // Where outputs go is no part of what they are.
    let settings = call.options.json.object!.filter { $0.key != "contactSheet" }
    return [
      "generator": "Maquette", "version": .string(maquetteVersion), "verb": .string(name),
      "preset": call.preset.map { .string($0) } ?? .null, "seed": .integer(Int(call.seed)),
      "engine": .string(engine), "device": .string(device),
      "settings": .object(settings),
      "source": [
        "name": .string(URL(fileURLWithPath: path).lastPathComponent), "sha256": .string(digest),
        "triangles": .integer(prepared.triangleCount),
      ],
      "model": [
        "setFromSource": .array(
          setFromSource(prepared, sourceUp).rows.map {
            .array($0.map { .number($0) })
          }),
        "sourceUp": .string(sourceUp.rawValue), "objectRadius": 1.0,
      ],
      "conventions": DatasetWriter.conventions(call.options.dataset),
    ]
  }
}
