import Operations
import Service

/// What the program can be told to do: the verbs that work on models, and those of the service.
enum Verbs {
  static let all =
    Catalogue.verbs + [
      AnyVerb(Serve.self), AnyVerb(ServeMCP.self), AnyVerb(WorkOnJobs.self),
      AnyVerb(ManageKeys.self),
    ]

  static func named(_ name: String) -> AnyVerb? { all.first { $0.name == name } }
}
