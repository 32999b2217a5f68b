import Formats
import Foundation
import Scenes
public import Settings
public import Work

public struct MakeSampleSettings: SettingsGroup {
  @Setting("Width and height of the textures in pixels.", in: 64...4096)
  public var textureSize = 1024

  public init() {}
}

/// A textured model of our own, made by code.
public enum MakeSample: Verb {
  public static let name = "sample"
  public static let summary = "Makes a textured model to try things on: a lighthouse."
  public static let usage = "-o MODEL.glb"
  public static let inputCount = 0...0
  public static let output = OutputRule.required(standardOutput: "glb")

  public static func run(_ call: VerbCall<MakeSampleSettings>, _ work: WorkContext) throws
    -> VerbResult
  {
    let format = try SceneFormat(path: call.output!, writing: true)
    work.progress.declare([("make", 9), ("write", 1)])
    work.progress.enter("make")
    let scene = try Lighthouse.scene(textureSize: call.options.textureSize, work)
    work.progress.enter("write")
    let outputs = try ModelOutput.write(scene, as: format, to: call.output!, work)
    return VerbResult(
      outputs: outputs, result: ["triangles": .integer(scene.triangleCount)],
      text: "a lighthouse of \(scene.triangleCount) triangles")
  }
}
