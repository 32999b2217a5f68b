import Datasets
import Formats
import Foundation
import Geometry
import Imaging
import LinearMath
public import Reconstruction
import Scenes
public import Settings
public import Work

public struct ReconstructModelSettings: SettingsGroup {
  public var rebuild = ReconstructSettings()

  @Setting(
    "A folder of masks, white where the object is, named like the pictures; without it and without alpha the object is found by color."
  )
  public var masks: String? = nil

  @Setting(
    "Pictures longer than so many pixels are made smaller first; time grows with their area.",
    in: 64...8192)
  public var pictureSize = 1024

  @Setting("Take depth from the set, where it was measured or drawn, instead of matching pictures.")
  public var setDepth = false

  @Setting(
    "Keep one of so many views for --check, instead of those that the set keeps for testing.",
    in: 2...1000)
  public var holdOut: Int? = nil

  @Setting(
    "Also put what each step leaves into this folder: views, masks, depth, surfaces. Run again, cameras and depth of the same pictures are taken from there."
  )
  public var keepStages: String? = nil

  @Setting(
    "Also prepare the solid for printing as `print` does, with a certificate, at this path (.stl or .3mf)."
  )
  public var stl: String? = nil

  @Setting(
    "How tall that print is to be; without it a unit of the views is a meter.", in: 0.1...10_000)
  public var heightMillimeters: Double? = nil

  @Setting(
    "With --backend external: what /bin/sh runs to turn the picture $MAQUETTE_INPUT into the model $MAQUETTE_OUTPUT (.glb)."
  )
  public var externalCommand: String? = nil

  @Setting(
    "Draw the result as the cameras see it and tell how alike it is; with views for testing in the set, from those."
  )
  public var check = false

  @Setting("With --check, also write pictures beside what was drawn as a PNG to this path.")
  public var checkPicture: String? = nil

  @Setting(
    "multiview rebuilds from views with cameras; builtin makes do with one to four pictures from named sides; onnx runs a network of yours on one picture, external a program; auto takes multiview or builtin, as fits the input."
  )
  public var backend = ReconstructionBackend.auto

  public var onnx = OnnxSettings()

  public init() {}
}

/// What makes the surface.
public enum ReconstructionBackend: String, SettingChoice {
  case auto, multiview, builtin, onnx, external
}

/// Views with cameras to a closed, textured mesh.
public enum ReconstructModel: Verb {
  public static let name = "reconstruct"
  public static let summary = "Rebuilds a closed, textured mesh from pictures."
  public static let usage = "SET|FOLDER|PICTURE... -o MODEL.glb"
  public static let inputCount = 1...4
  public static let output = OutputRule.required(standardOutput: "glb")

  public static func run(_ call: VerbCall<ReconstructModelSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let options = call.options
    let target = try SceneFormat(path: call.output!, writing: true)
    try check(call)
    if options.backend == .external { return try ExternalEngine.run(call, as: target, work) }
    let source = try Source(call.inputs)
    let arePictures = source.arePictures
    work.progress.declare(
      [("cameras", source.needCameras ? 60 : 0), ("read", 2), ("outlines", 3)]
        + RebuildPhase.allCases.map { ($0.rawValue, $0.weight) }
        + [("check", options.check ? 4 : 0), ("write", 1)])
    work.progress.enter("cameras")
    var stages = options.keepStages.map { StageFolder($0) }
    guard (options.backend != .multiview) == arePictures || options.backend == .auto else {
      throw UsageError(
        arePictures
          ? "multiview wants a set with cameras; pictures alone are for --backend builtin"
          : "\(options.backend.rawValue) wants pictures; a set with cameras is for --backend multiview"
      )
    }
    if options.backend == .onnx && call.inputs.count > 1 {
      throw UsageError("--backend onnx wants one picture")
    }
    if arePictures, options.setDepth || options.holdOut != nil {
      throw UsageError(
        "--set-depth and --hold-out are for a set with cameras; these are pictures alone")
    }
    if options.check && arePictures && call.inputs.count == 1 {
      throw UsageError("--check wants cameras, and one picture has none")
    }
    let posed: PosedViews
    let object: RebuiltObject
    func observer(_ stages: StageFolder?) -> RebuildObserver {
      RebuildObserver(
        enter: { work.progress.enter($0.rawValue) },
        keep: stages.map { stages in { try stages.keep($0, work) } },
        recall: { name in
          let found = stages?.recall(name)
          if found != nil { work.log.warn("\(name) is that of an earlier run, from --keep-stages") }
          return found
        })
    }
    if arePictures {
      work.progress.enter("read")
      let named = try NamedViews(call.inputs, masks: options.masks, log: work.log)
      (posed, object) = try builtin(
        named, options, seed: call.seed, work, observer(stages))
    } else {
      posed = try posedViews(source, call, stages, work)
      try stages?.keep(posed.views)
      stages?.key = posed.digest(
        "1 \(call.seed) \(options.rebuild.resolution) \(posed.areMasksGuessed)")
      work.progress.enter("outlines")
      object = try ViewSet(
        posed.views, arePhotographs: posed.areMasksGuessed, work
      ).rebuilt(options.rebuild, seed: call.seed, work, observer(stages))
    }
    work.progress.enter("check")
    let judged = posed.heldOut.isEmpty ? posed.views : posed.heldOut
    let scores = options.check ? try object.scores(judged, work) : []
    work.progress.enter("write")
    let scene = try TexturedScene.make(
      object.mesh.transformed(by: posed.sourceFromWorld), object)
    var outputs = try ModelOutput.write(scene, as: target, to: call.output!, work)
    if let path = options.checkPicture, options.check {
      let sheet = CheckSheet.make(judged, scores)
      try StagedFile.write(try ImageFile.encodePNG(sheet), to: path)
      outputs.append(Artifact(path: path, mediaType: "image/png"))
    }
    var result = RebuildReport.make(posed, object, scores, outputs)
    if let path = options.stl { try printed(scene, to: path, call, &result, work) }
    return result
  }

  /// A set, or photographs of which COLMAP finds the cameras first.
  private static func posedViews(
    _ source: Source, _ call: VerbCall<ReconstructModelSettings>, _ stages: StageFolder?,
    _ work: WorkContext
  ) throws -> PosedViews {
    let path = call.inputs[0]
    func posed(_ set: ReadSet) throws -> PosedViews {
      work.progress.enter("read")
      return try PosedViews(
        set, at: path, masks: call.options.masks, holdOut: call.options.holdOut,
        longestSide: call.options.pictureSize, useDepth: call.options.setDepth, seed: call.seed,
        work)
    }
    switch source {
    case .set(let set): return try posed(set)
    case .photographs(let pictures):
      if let stages {
        return try posed(
          try CameraSearch.run(path, pictures, in: try stages.folder("cameras"), work))
      }
      let folder = try ScratchFolder()
      defer { withExtendedLifetime(folder) {} }
      return try posed(try CameraSearch.run(path, pictures, in: folder.url, work))
    case .pictures: preconditionFailure("pictures without cameras are builtin's")
    }
  }

  /// What is to be rebuilt from.
  private enum Source {
    case pictures
    case set(ReadSet)
    /// Of a folder in which there are no cameras.
    case photographs([String])

    init(_ inputs: [String]) throws {
      if inputs.allSatisfy(NamedViews.isPicture) {
        self = .pictures
        return
      }
      guard inputs.count == 1 else { throw UsageError("give one set, or one to four pictures") }
      do {
        self = .set(try SetReader.read(inputs[0]))
      } catch let error as ReadingError where error.code == ReadingError.noCameras {
        guard let pictures = CameraSearch.pictures(in: inputs[0]) else { throw error }
        self = .photographs(pictures)
      }
    }

    var arePictures: Bool { if case .pictures = self { true } else { false } }
    var needCameras: Bool { if case .photographs = self { true } else { false } }
  }

  /// The solid, its certificate, and whether it holds.
  private static func printed(
    _ scene: Scene, to path: String, _ call: VerbCall<ReconstructModelSettings>,
    _ result: inout VerbResult, _ work: WorkContext
  ) throws {
    let folder = try ScratchFolder()
    defer { withExtendedLifetime(folder) {} }
    // By the model's own name, which the certificate and the title of a 3MF tell.
    let stem = (call.output! as NSString).deletingPathExtension
    let model = folder.file((stem as NSString).lastPathComponent + ".glb")
    // Its steps are not this verb's.
    let quiet = WorkContext(
      threads: work.threads, cancellation: work.cancellation, log: work.log)
    _ = try ModelOutput.write(
      scene, as: try SceneFormat(path: model, writing: true), to: model, quiet)
    var settings = PreparePrintSettings()
    settings.heightMillimeters = call.options.heightMillimeters
    let print = try PreparePrint.run(
      VerbCall(
        options: settings, inputs: [model], output: path, seed: call.seed, preset: nil), quiet)
    result.outputs += print.outputs
    result.unmetGuarantee = print.unmetGuarantee
    result.text += "\n" + print.text
    if case .object(let members) = result.result {
      result.result = .object(members + [("print", print.result)])
    }
  }

  /// One picture is blown up, several are cut out of space; both say what they have made up.
  private static func builtin(
    _ named: NamedViews, _ options: ReconstructModelSettings, seed: UInt64, _ work: WorkContext,
    _ observer: RebuildObserver
  ) throws -> (PosedViews, RebuiltObject) {
    work.progress.enter("outlines")
    var settings = options.rebuild
    // There is little to tell more triangles of.
    settings.targetVertices = settings.targetVertices ?? 30_000
    if named.pictures.count == 1 {
      let (name, image) = named.pictures[0]
      if options.backend == .onnx {
        let object = try OnnxEngine(options.onnx, image, work).object(settings, observer)
        work.log.warn("the network's shape and colors; what the picture does not show is made up")
        return (PosedViews(pictures: [], by: .onnx), object)
      }
      let object = try Inflation(image, name: name).object(settings, work, observer)
      work.log.warn(
        "one picture shows one side: thickness and back are made up (the outline blown up, the front mirrored)"
      )
      return (PosedViews(pictures: [], by: .builtin), object)
    }
    let views = try named.posed()
    settings.stereo = false
    let object = try ViewSet(views, work).rebuilt(settings, seed: seed, work, observer)
    work.log.warn(
      "the shape is what \(views.count) outlines leave; hollows are filled, and what no picture shows is made up"
    )
    return (PosedViews(pictures: views, by: .builtin), object)
  }

  private static func check(_ call: VerbCall<ReconstructModelSettings>) throws {
    if let path = call.options.stl {
      let solid = try SceneFormat(path: path, writing: true)
      guard solid == .stl || solid == .threeMF else {
        throw UsageError("--stl writes .stl or .3mf")
      }
    }
    if call.options.heightMillimeters != nil && call.options.stl == nil {
      throw UsageError("--height-millimeters goes with --stl")
    }
    if call.options.holdOut != nil && !call.options.check {
      throw UsageError("--hold-out goes with --check")
    }
    if let folder = call.options.keepStages,
      (call.inputs + [call.options.masks].compactMap(\.self)).contains(where: {
        samePlace(folder, $0)
      })
    {
      throw UsageError("--keep-stages would write among what is read; give another folder")
    }
    if (call.options.backend == .external) != (call.options.externalCommand != nil) {
      throw UsageError("--backend external and --external-command go together")
    }
    if (call.options.backend == .onnx) != (call.options.onnx.onnxModel != nil) {
      throw UsageError("--backend onnx and --onnx-model go together")
    }
    if call.options.onnx.onnxField != nil && call.options.onnx.onnxModel == nil {
      throw UsageError("--onnx-field goes with --onnx-model")
    }
    if call.options.checkPicture != nil && !call.options.check {
      throw UsageError("--check-picture goes with --check")
    }
    var paths = try OutputPaths(
      read: call.inputs + [call.options.onnx.onnxModel, call.options.onnx.onnxField],
      output: call.output)
    try paths.add(call.options.stl, "--stl")
    try paths.add(call.options.stl.map(PrintCertificate.usualPath), "--stl")
    try paths.add(call.options.checkPicture, "--check-picture", ending: "png")
  }
}
