use yihe_kernel::reasons;
pub use yihe_kernel::reasons::{COMMUNITY_NOT_FOUND, REGION_NOT_FOUND};

reasons! {
    ALREADY_APPROVED: Precondition, "you have approved {name} already", "您已批准过 {name}";
    APPROVER_NOT_OF_CORE: Denied, "{name} is approved by those who hold a post in the Party committee, acting for it", "{name} 须由党委任职人员以党委身份批准";
    CHANGE_STATE: Precondition, "{name} is {state}", "{name} 的状态为 {state}";
    CORE_KEEPS_POLICY: Precondition, "{edit}: {permission} cannot be taken from {role}: the Party committee keeps the administration of policies", "{edit}：不得剥夺“{role}”的“{permission}”：权责清单始终由党委管理";
    DENIED_ABOVE: Precondition, "{edit}: {domain} denies {permission} to {role} ({rule}); a level below cannot grant it", "{edit}：上级 {domain} 已禁止“{role}”行使“{permission}”（{rule}），下级不得授予";
    DRAFT_OR_CHANGE: Invalid, "either a change is simulated or edits are: exactly one of `change` and `edits`", "模拟须且只须指明变更或变更项之一（`change` 或 `edits`）";
    DOMAIN_NOT_ADMINISTERED: Invalid, "{name} is administered as the community that it is", "{name} 应以社区名义办理";
    MADE_ROLE_IN_USE: Precondition, "{edit}: {role} is still held or named by a rule", "{edit}：“{role}”仍有任职者或仍被授权条目引用";
    MADE_ROLE_TAKEN: AlreadyExists, "{edit}: {role} was made before", "{edit}：“{role}”此前已设立";
    MADE_ROLE_UNKNOWN: Precondition, "{edit}: {role} was not made in {domain} nor above", "{edit}：{domain} 及其上级未设立“{role}”";
    NOTHING_TO_CHANGE: Invalid, "the change holds no edit", "变更没有任何内容";
    NOT_THE_PROPOSER: Denied, "only who proposed {name} may withdraw it", "只有提出人可以撤回 {name}";
    OWNERS_MATTER_RESERVED: Precondition, "{edit}: the law reserves {permission} to the owners; it is neither given to {role} nor taken from owners", "{edit}：法律规定“{permission}”由业主行使，不得授予“{role}”，亦不得对业主加以限制";
    OWN_SENSITIVE_CHANGE: Denied, "{name} touches who administers policies: somebody other than its proposer must approve it", "{name} 涉及权责管理权，须由提出人以外的人批准";
    POLICY_MOVED: Conflict, "the rules have moved since revision {base}: {moved}", "自修订 {base} 以来规则已变动：{moved}";
    REVISION_NOT_YET: Invalid, "revision {asked} has not come to be; the newest is {newest}", "修订 {asked} 尚不存在；最新为 {newest}";
    REVISION_NOT_FOUND: NotFound, "{name} is not a revision of these rules", "{name} 不是该辖域规则的修订";
    RULE_FOR_PERSONS_ONLY: Invalid, "{edit}: {permission} is for persons, and API clients hold {role}", "{edit}：“{permission}”须由本人行使，而“{role}”由接口客户端持有";
    RULE_NOT_GRANTABLE: Invalid, "{edit}: {permission} is the node operator's alone", "{edit}：“{permission}”仅归节点操作员";
    RULE_NOT_IN_FORCE: Precondition, "{edit}: {rule} is not in force in {domain}", "{edit}：{rule} 在 {domain} 并未生效";
    RULE_OF_ANOTHER_DOMAIN: Invalid, "{edit}: a change of {domain} cannot hold a rule of {other}", "{edit}：{domain} 的变更不得包含 {other} 的规则";
    RULE_REPEATED: Precondition, "{edit}: {rule} says the same already", "{edit}：{rule} 已有相同内容";
    STORED_RULE_BROKEN: Internal, "rule {rule} of {domain} as stored cannot be understood: {detail}", "{domain} 的已存规则 {rule} 无法识别：{detail}";
    TOO_MANY_EDITS: Invalid, "a change holds at most {limit} edits; this one has {count}", "一次变更至多 {limit} 项；本次有 {count} 项";
    TOO_MANY_RULES: Exhausted, "a domain holds at most {limit} rules, roles and assignments; there would be {count}", "一个辖域至多 {limit} 条规则、角色与指派；此变更后将有 {count} 条";
    PERMISSION_UNKNOWN: Invalid, "`{permission}` is not a permission; the closest are {closest}", "没有“{permission}”这一权限；相近的有 {closest}";
    IMPORT_INVALID: Invalid, "line {line} of the rules: {detail}; {count} lines are told", "规则文件第 {line} 行：{detail}；共列出 {count} 行问题";
    IMPORT_TOO_LARGE: Invalid, "the file of rules has more than {limit} bytes", "规则文件超过 {limit} 字节";
    POLICY_TESTS_INVALID: Invalid, "line {line} of the policy tests: {detail}", "权责测试第 {line} 行：{detail}";
    REVISION_UNKNOWN: Unavailable, "revision {asked} has not come to be; the newest is {newest}", "修订 {asked} 尚未生效；最新为 {newest}";
    RULES_FILE_INVALID: Invalid, "{file}, line {line}: {detail}", "{file} 第 {line} 行：{detail}";
    RULES_FILE_UNREADABLE: Invalid, "the rules file {file} cannot be read: {detail}", "无法读取规则文件 {file}：{detail}";
}
