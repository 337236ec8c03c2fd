import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0011_follow_up_state_told'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='followup',
            trigger=pgtrigger.compiler.Trigger(name='legal_moves', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE _is_valid_transition BOOLEAN;', func='SELECT CONCAT(OLD."state", \':\', NEW."state") = ANY(\'{open:done,open:ended,open:reported,reported:done,reported:ended,reported:open}\'::text[]) INTO _is_valid_transition; IF (_is_valid_transition IS FALSE AND OLD."state" IS DISTINCT FROM NEW."state") THEN RAISE EXCEPTION \'pgtrigger: Invalid transition of field "state" from "%" to "%" on table %\', OLD."state", NEW."state", TG_TABLE_NAME; ELSE RETURN NEW; END IF;', hash='f290d13e96f7bde9b7d06b23f30f95943939b803', operation='UPDATE', pgid='pgtrigger_legal_moves_357d1', table='assessments_followup', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_on', None), ('ended_on', None), ('reported_at', None), ('state', 'open')), models.Q(('done_on', None), ('ended_on', None), ('reported_at__isnull', False), ('state', 'reported')), models.Q(('done_on__isnull', False), ('ended_on', None), ('state', 'done')), models.Q(('ended_on__isnull', False), ('state', 'ended')), _connector='OR'), name='followup_state_whole'),
        ),
    ]
