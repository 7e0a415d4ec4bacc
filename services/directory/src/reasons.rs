use yihe_kernel::reasons;
pub use yihe_kernel::reasons::{COMMUNITY_NOT_FOUND, ORGANIZATION_NOT_A_MEMBER};

reasons! {
    REGION_NOT_FOUND: NotFound, "no division {name} was imported", "未导入区划 {name}";
    REGION_NOT_A_COMMUNITY: Precondition, "{name} is not a division of the lowest level, which has a code of 12 digits", "{name} 不是最低一级(12 位代码)的区划";
    COMMUNITY_ALREADY_ACTIVE: AlreadyExists, "the community {name} is active already", "社区 {name} 已启用";
    SECRETARY_ALREADY_APPOINTED: Precondition, "{name} has or had a secretary, or one is invited; from now on its committee acts", "{name} 已有(或曾有、或已邀请)书记,此后由党委办理";
    ORGANIZATION_NOT_FOUND: NotFound, "there is no organization {name}", "组织 {name} 不存在";
    ORGANIZATION_ALREADY_MEMBER: AlreadyExists, "{name} is a member of the community already", "{name} 已是本社区成员";
    PARTY_COMMITTEE_EXISTS: Precondition, "a community has exactly one Party committee, and this one has {name}", "每个社区只有一个党委,本社区已有 {name}";
    PARTY_COMMITTEE_REQUIRED: Precondition, "the Party committee {name} cannot leave its community", "社区党委 {name} 不得退出";
    PARENT_NOT_A_MEMBER: Precondition, "the superior {name} is not a member of the community", "上级组织 {name} 不是本社区成员";
    EXTERNAL_REF_TAKEN: AlreadyExists, "another member of the community has the external_ref {external_ref}", "本社区已有成员使用外部编号 {external_ref}";
    MEMBERSHIP_ENDED: Precondition, "the membership {name} has ended", "成员资格 {name} 已终止";
    APPLICATION_DECIDED: Precondition, "the application {name} was decided before", "申请 {name} 已办结";
    APPLICATION_NOT_ADMITTED: Precondition, "the application {name} is not admitted", "申请 {name} 尚未准入";
    TOO_MANY_APPLICATIONS: Exhausted, "{limit} applications wait in {name}; try again later", "{name} 已有 {limit} 件申请待审,请稍后再试";
    CLAIM_CODE_WRONG: Denied, "the claim code is not the application's", "领取码不正确";
    CREDENTIALS_COLLECTED: Precondition, "the credentials of {name} were collected before", "{name} 的凭据已被领取";
    POST_NOT_IN_KIND: Precondition, "an organization of kind {kind} has no post {post}", "{kind} 类组织没有 {post} 这一职务";
    POST_FILLED: Precondition, "{post} of {name} is held already in that term", "{name} 的 {post} 一职在该任期内已有人担任";
    TERM_EMPTY: Precondition, "the term ends before it begins, or is over already", "任期为空或已结束";
    USER_NOT_FOUND: NotFound, "there is no user {name}", "用户 {name} 不存在";
    APPOINTMENT_ENDED: Precondition, "the appointment {name} is over", "任职 {name} 已结束";
    LAST_SECRETARY: Precondition, "without {name} nobody is left in office as secretary or deputy secretary", "{name} 结束后将无在任的书记或副书记";
    CLIENT_REVOKED: Precondition, "the client {name} is revoked", "客户端 {name} 已吊销";
    NOT_AN_OWNERS_COMMITTEE: Precondition, "{name} is not an owners' committee", "{name} 不是业主委员会";
    OWNERS_COMMITTEE_TAKEN: Precondition, "{name} is the owners' committee of another compound", "{name} 已是其他小区的业主委员会";
    NOT_A_PROPERTY_COMPANY: Precondition, "{name} is not a property company", "{name} 不是物业管理公司";
    CONTRACT_OVERLAPS: Precondition, "the compound has another service contract in that term, {name}", "小区在该期限内已有物业服务合同 {name}";
    CONTRACT_ENDED: Precondition, "the service contract {name} is over", "物业服务合同 {name} 已结束";
    ENROLMENT_CODE_WRONG: Denied, "the enrolment code is wrong, used or lapsed", "注册码错误、已使用或已失效";
    LOGIN_TAKEN: AlreadyExists, "the login {login} is taken", "登录名 {login} 已被占用";
    PASSWORD_TOO_WEAK: Invalid, "the password is too easy to guess: it contains the login, repeats few characters, or is among the commonest", "密码过于简单:含有登录名、字符重复过多或过于常见";
    SIGN_IN_FAILED: Unauthenticated, "the name or the secret is wrong", "名称或密码不正确";
    REFRESH_TOKEN_INVALID: Unauthenticated, "the refresh token is unknown, used, expired or of a session that ended", "续期令牌无效、已使用、已过期或会话已结束";
}
